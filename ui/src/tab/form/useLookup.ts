// Looks something up while it is typed.

import { useEffect, useRef, useState } from "react";
import { useSession } from "../session";
import { useSettled } from "../shell/useSettled";

const pause = 200;

export interface Lookup<T> {
  found: T | undefined;
  busy: boolean;
}

/** The answer to the path, a moment after it last changed; null asks for nothing. The answer before it stays meanwhile. */
export function useLookup<T>(path: string | null): Lookup<T> {
  const { api } = useSession();
  const settled = useSettled(path ?? "", pause);
  const [found, setFound] = useState<{ at: string; answer: T | undefined }>();
  const get = useRef(api.get);
  get.current = api.get;
  useEffect(() => {
    if (!settled) {
      setFound(undefined);
      return;
    }
    const ended = new AbortController();
    get.current<T>(settled, ended.signal).then(
      (answer) => setFound({ at: settled, answer }),
      () => !ended.signal.aborted && setFound({ at: settled, answer: undefined }),
    );
    return () => ended.abort();
  }, [settled]);
  return { found: found?.answer, busy: path !== null && found?.at !== path };
}
