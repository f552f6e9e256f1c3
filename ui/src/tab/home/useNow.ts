import { useSyncExternalStore } from "react";

/** The present, to `step` milliseconds, kept up to date while it is shown. */
export function useNow(step = 1_000): Date {
  const tick = useSyncExternalStore(
    (watcher) => {
      const timer = setInterval(watcher, step);
      return () => clearInterval(timer);
    },
    () => Math.floor(Date.now() / step),
  );
  return new Date(tick * step);
}
