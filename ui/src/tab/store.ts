// Keeps what the tab shows true: answers of GET, read again when the product says that something changed, when the person comes back
// to the window, and when the connection is there again.

import { useCallback, useMemo, useSyncExternalStore } from "react";
import { Problem } from "./api";
import { useSession } from "./session";

/** What is told to have changed; of whiteboards, which nobody tells about, only what was done here. */
export type Topic = "meetings" | "account" | "policy" | "boards";

export interface Snapshot<T> {
  data?: T;
  /** Of the last attempt; data stays what it was. */
  problem?: Problem;
  /** When data was read. */
  at?: Date;
  loading: boolean;
}

interface Entry {
  snapshot: Snapshot<unknown>;
  topics: readonly Topic[];
  watchers: Set<() => void>;
  running: boolean;
  again: boolean;
}

const idle: Snapshot<never> = { loading: true };
/** Entries that nobody looks at and that are kept for going back. */
const kept = 30;

export class Store {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly read: (path: string) => Promise<unknown>) {}

  watch(path: string, topics: readonly Topic[], watcher: () => void): () => void {
    const entry = this.entries.get(path) ?? this.add(path, topics);
    entry.watchers.add(watcher);
    if (entry.watchers.size === 1) void this.load(path, entry);
    return () => entry.watchers.delete(watcher);
  }

  snapshot(path: string): Snapshot<unknown> {
    return this.entries.get(path)?.snapshot ?? idle;
  }

  /** Something of these topics changed; without topics, anything may have. */
  changed(topics?: readonly Topic[]): void {
    for (const [path, entry] of this.entries) {
      if (topics && !topics.some((topic) => entry.topics.includes(topic))) continue;
      if (entry.watchers.size > 0) void this.load(path, entry);
      else this.entries.delete(path);
    }
  }

  refresh(path: string): void {
    const entry = this.entries.get(path);
    if (entry) void this.load(path, entry);
  }

  /** Puts what another call answered in the place of what was read. */
  put(path: string, topics: readonly Topic[], data: unknown): void {
    const entry = this.entries.get(path) ?? this.add(path, topics);
    this.tell(entry, { data, at: new Date(), loading: false });
  }

  private add(path: string, topics: readonly Topic[]): Entry {
    for (const [old, { watchers }] of this.entries) {
      if (this.entries.size < kept) break;
      if (watchers.size === 0) this.entries.delete(old);
    }
    const entry = { snapshot: idle, topics, watchers: new Set<() => void>(), running: false, again: false };
    this.entries.set(path, entry);
    return entry;
  }

  private async load(path: string, entry: Entry): Promise<void> {
    if (entry.running) {
      entry.again = true;
      return;
    }
    entry.running = true;
    do {
      entry.again = false;
      try {
        this.tell(entry, { data: await this.read(path), at: new Date(), loading: false });
      } catch (error) {
        const { data, at } = entry.snapshot;
        this.tell(entry, {
          ...(data === undefined ? {} : { data }),
          ...(at ? { at } : {}),
          problem: error instanceof Problem ? error : new Problem("internal", ""),
          loading: false,
        });
      }
    } while (entry.again);
    entry.running = false;
  }

  private tell(entry: Entry, snapshot: Snapshot<unknown>): void {
    entry.snapshot = snapshot;
    for (const watcher of entry.watchers) watcher();
  }
}

const none: readonly Topic[] = [];

/** The answer to GET path, kept fresh; null asks for nothing. */
export function useResource<T>(
  path: string | null,
  topics: readonly Topic[] = none,
): Snapshot<T> & { retry(): void } {
  const { store } = useSession();
  const key = topics.join(" ");
  const subscribe = useCallback(
    (watcher: () => void) =>
      path === null ? () => {} : store.watch(path, (key ? key.split(" ") : []) as Topic[], watcher),
    [store, path, key],
  );
  const snapshot = useSyncExternalStore(subscribe, () =>
    path === null ? idle : store.snapshot(path),
  ) as Snapshot<T>;
  const retry = useCallback(() => path !== null && store.refresh(path), [store, path]);
  return useMemo(() => ({ ...snapshot, retry }), [snapshot, retry]);
}
