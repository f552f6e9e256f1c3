// Keeps what the page shows true: a small cache of GET answers, refetched when the sandbox says that a topic changed.

import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";
import { type ApiError, call } from "./api";

export interface Snapshot<T> {
  data?: T;
  error?: ApiError;
  loading: boolean;
}

interface Entry {
  snapshot: Snapshot<unknown>;
  topics: readonly string[];
  watchers: Set<() => void>;
  running: boolean;
  again: boolean;
}

const idle: Snapshot<never> = { loading: true };

/** True when a changed topic ("chat:launch") is one that was asked for ("chat:launch" or "chat:*"). */
export function concerns(wanted: readonly string[], changed: readonly string[]): boolean {
  return wanted.some((want) =>
    changed.some((topic) => (want.endsWith("*") ? topic.startsWith(want.slice(0, -1)) : topic === want)),
  );
}

export class Live {
  private entries = new Map<string, Entry>();
  private listeners = new Set<(topics: string[]) => void>();

  /** Opens the event stream; returns how to close it. */
  connect(): () => void {
    const source = new EventSource("/sandbox/v1/events");
    let opened = false;
    source.addEventListener("changed", (event) => {
      this.changed((JSON.parse((event as MessageEvent<string>).data) as { topics: string[] }).topics);
    });
    source.addEventListener("open", () => {
      if (opened) this.refreshAll();
      opened = true;
    });
    return () => source.close();
  }

  /** Refetches what is on show and concerned (everything after a reset of the world); tells the listeners. */
  changed(topics: string[]): void {
    if (topics.includes("reset")) this.refreshAll();
    for (const [path, entry] of this.entries) {
      if (concerns(entry.topics, topics)) this.stale(path, entry);
    }
    for (const listener of this.listeners) listener(topics);
  }

  onChange(listener: (topics: string[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  refreshAll(): void {
    for (const [path, entry] of this.entries) this.stale(path, entry);
  }

  refresh(path: string): void {
    const entry = this.entries.get(path);
    if (entry) this.stale(path, entry);
  }

  watch(path: string, topics: readonly string[], watcher: () => void): () => void {
    const entry = this.entry(path, topics);
    entry.watchers.add(watcher);
    if (entry.watchers.size === 1) void this.load(path, entry);
    return () => entry.watchers.delete(watcher);
  }

  snapshot(path: string): Snapshot<unknown> {
    return this.entries.get(path)?.snapshot ?? idle;
  }

  private entry(path: string, topics: readonly string[]): Entry {
    let entry = this.entries.get(path);
    if (!entry) {
      entry = { snapshot: idle, topics, watchers: new Set(), running: false, again: false };
      this.entries.set(path, entry);
    }
    return entry;
  }

  private stale(path: string, entry: Entry): void {
    if (entry.watchers.size > 0) void this.load(path, entry);
  }

  private async load(path: string, entry: Entry): Promise<void> {
    if (entry.running) {
      entry.again = true;
      return;
    }
    entry.running = true;
    try {
      entry.snapshot = { data: await call("GET", path), loading: false };
    } catch (error) {
      entry.snapshot = { data: entry.snapshot.data, error: error as ApiError, loading: false };
    }
    entry.running = false;
    for (const watcher of entry.watchers) watcher();
    if (entry.again) {
      entry.again = false;
      void this.load(path, entry);
    }
  }
}

export const live = new Live();

/** The answer to GET path, kept fresh; null asks for nothing. */
export function useResource<T>(
  path: string | null,
  topics: readonly string[],
): Snapshot<T> & { retry(): void } {
  const key = topics.join(" ");
  const subscribe = useCallback(
    (watcher: () => void) => (path ? live.watch(path, key.split(" "), watcher) : () => {}),
    [path, key],
  );
  const snapshot = useSyncExternalStore(subscribe, () => (path ? live.snapshot(path) : idle)) as Snapshot<T>;
  const retry = useCallback(() => path && live.refresh(path), [path]);
  return useMemo(() => ({ ...snapshot, retry }), [snapshot, retry]);
}

/** Rows of an append-only list (`?after=seq`), newest last, at most `keep`. */
export function useTail<T extends { seq: number }>(
  page: (after: number) => string,
  topic: string,
  keep: number,
): Snapshot<T[]> {
  const tail = useMemo(() => new Tail<T>(page, keep), [page, keep]);
  useEffect(() => {
    void tail.more();
    return live.onChange((topics) => {
      if (topics.includes(topic)) void tail.more();
    });
  }, [tail, topic]);
  return useSyncExternalStore(
    useCallback((watcher: () => void) => tail.watch(watcher), [tail]),
    () => tail.snapshot,
  );
}

class Tail<T extends { seq: number }> {
  snapshot: Snapshot<T[]> = { loading: true };
  private watchers = new Set<() => void>();
  private running = false;
  private again = false;

  constructor(
    private page: (after: number) => string,
    private keep: number,
  ) {}

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  async more(): Promise<void> {
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = true;
    const rows = this.snapshot.data ?? [];
    try {
      const page = await call<{ rows: T[] | null }>("GET", this.page(rows.at(-1)?.seq ?? 0));
      this.snapshot = { data: [...rows, ...(page.rows ?? [])].slice(-this.keep), loading: false };
    } catch (error) {
      this.snapshot = { data: rows, error: error as ApiError, loading: false };
    }
    this.running = false;
    for (const watcher of this.watchers) watcher();
    if (this.again) {
      this.again = false;
      void this.more();
    }
  }
}
