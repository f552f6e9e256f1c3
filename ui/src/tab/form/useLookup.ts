// Looks something up while it is typed.

import { useEffect, useRef, useState } from "react";
import { useSession } from "../session";

const pause = 200;

export interface Lookup<T> {
  found: T | undefined;
  busy: boolean;
}

/** The answer to the path, a moment after it last changed; null asks for nothing. The answer before it stays meanwhile. */
export function useLookup<T>(path: string | null): Lookup<T> {
  const { api } = useSession();
  const [found, setFound] = useState<T>();
  const [busy, setBusy] = useState(false);
  const get = useRef(api.get);
  get.current = api.get;
  useEffect(() => {
    if (path === null) {
      setFound(undefined);
      setBusy(false);
      return;
    }
    const ended = new AbortController();
    setBusy(true);
    const timer = setTimeout(() => {
      get.current<T>(path, ended.signal).then(
        (answer) => {
          setFound(answer);
          setBusy(false);
        },
        () => {
          if (ended.signal.aborted) return;
          setFound(undefined);
          setBusy(false);
        },
      );
    }, pause);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [path]);
  return { found, busy };
}
