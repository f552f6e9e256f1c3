// The stream of what changed, read by fetch because EventSource cannot send a bearer token. It comes back by itself.

import type { Topic } from "./store";

const first = 1_000;
const most = 60_000;
const topics: readonly string[] = ["meetings", "account", "policy"];

export interface LiveOptions {
  open(signal: AbortSignal): Promise<Response>;
  /** These topics changed; undefined after a gap in which anything may have. */
  changed(topics?: Topic[]): void;
  /** From 0 to 1, so that not everybody comes back in the same moment. */
  random?(): number;
}

/** Reads the stream until the answer is called. */
export function listen({ open, changed, random = Math.random }: LiveOptions): () => void {
  const ended = new AbortController();
  void (async () => {
    let wait = first;
    for (let gap = false; !ended.signal.aborted; gap = true) {
      try {
        const answer = await open(ended.signal);
        if (gap) changed();
        wait = first;
        await read(answer, changed);
      } catch {
        // The same as an end: what matters is coming back.
      }
      if (ended.signal.aborted) return;
      await pause(wait * (0.5 + random() / 2), ended.signal);
      wait = Math.min(wait * 2, most);
    }
  })();
  return () => ended.abort();
}

async function read(answer: Response, changed: LiveOptions["changed"]): Promise<void> {
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value.replace(/\r/g, "")).split("\n\n");
    rest = events.pop() ?? "";
    const names = events.flatMap((event) => /^event: *(\w+)/m.exec(event)?.[1] ?? []);
    const known = [...new Set(names)].filter((name) => topics.includes(name)) as Topic[];
    if (known.length > 0) changed(known);
  }
}

/** Waits, but no longer than until the connection is there again, or nobody listens any more. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    signal.addEventListener("abort", done);
  });
}
