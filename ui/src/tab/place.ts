// Which page of the tab is shown. The address after "#" says it, so that back, forward and reload work; a link of Teams says it by
// the same words: "m/<key>", "m/<key>@<original start>", "m/<key>/transcript", "schedule", "schedule/<key>" (another like it), "typed/<id>" (begun in a conversation), "past", "past/<words>", "join", "screen", "settings", "boards".

import { useCallback, useSyncExternalStore } from "react";
import type { Scope } from "./api";

/** What of a meeting is read on a page of its own. */
export type Readable = "transcript" | "chat";

export type Place =
  | { page: "home" }
  | { page: "join" }
  | { page: "screen" }
  | { page: "schedule"; like?: string; typed?: string }
  | { page: "past"; words?: string }
  | { page: "settings" }
  | { page: "boards" }
  | { page: "meeting"; key: string; original?: string }
  | { page: "read"; key: string; original?: string; what: Readable }
  | { page: "change"; key: string; original?: string; scope: Scope };

const simple = ["join", "screen", "schedule", "past", "settings", "boards"] as const;
const readable: readonly string[] = ["transcript", "chat"];
const scopes: readonly string[] = ["all", "occurrence", "following"];

export function parsePlace(text: string): Place {
  const [page = "", which = "", how = ""] = text
    .replace(/^[#/]+/, "")
    .split("/")
    .map(decoded);
  if (page === "schedule" && which) return { page, like: which };
  if (page === "typed" && which) return { page: "schedule", typed: which };
  if (page === "past" && which) return { page, words: which };
  const found = simple.find((name) => name === page);
  if (found) return { page: found };
  if ((page !== "m" && page !== "change") || !which) return { page: "home" };
  const [key = "", original] = which.split("@");
  const meeting = { key, ...(original ? { original } : {}) };
  if (page === "m" && readable.includes(how)) return { page: "read", ...meeting, what: how as Readable };
  if (page === "m") return { page: "meeting", ...meeting };
  return { page: "change", ...meeting, scope: scopes.includes(how) ? (how as Scope) : "all" };
}

export function placeText(place: Place): string {
  if (place.page === "home") return "";
  if (place.page === "schedule" && place.like) return `schedule/${encodeURIComponent(place.like)}`;
  if (place.page === "schedule" && place.typed) return `typed/${encodeURIComponent(place.typed)}`;
  if (place.page === "past" && place.words) return `past/${encodeURIComponent(place.words)}`;
  if (!("key" in place)) return place.page;
  const which = encodeURIComponent(place.key + (place.original ? `@${place.original}` : ""));
  if (place.page === "read") return `m/${which}/${place.what}`;
  return place.page === "meeting" ? `m/${which}` : `change/${which}/${place.scope}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function subscribe(watcher: () => void): () => void {
  window.addEventListener("hashchange", watcher);
  return () => window.removeEventListener("hashchange", watcher);
}

export interface Navigation {
  place: Place;
  go(to: Place, how?: { replace?: boolean }): void;
  back(): void;
}

export function useNavigation(): Navigation {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const go = useCallback((to: Place, how: { replace?: boolean } = {}) => {
    const text = `#/${placeText(to)}`;
    if (how.replace) {
      window.history.replaceState(window.history.state, "", text);
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    } else {
      window.location.hash = text;
      window.history.replaceState({ inside: true }, "");
    }
  }, []);
  const back = useCallback(() => {
    // Whoever came by a link has nowhere to go back to but the list.
    if ((window.history.state as { inside?: boolean } | null)?.inside) window.history.back();
    else go({ page: "home" }, { replace: true });
  }, [go]);
  return { place: parsePlace(hash), go, back };
}
