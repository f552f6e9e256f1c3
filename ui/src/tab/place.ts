// Which page of the tab is shown. The address after "#" says it, so that back, forward and reload work; a link of Teams says it by
// the same words: "m/<key>", "m/<key>@<original start>", "schedule", "schedule/<key>" (another like it), "join", "screen", "settings", "boards".

import { useCallback, useSyncExternalStore } from "react";
import type { Scope } from "./api";

export type Place =
  | { page: "home" }
  | { page: "join" }
  | { page: "screen" }
  | { page: "schedule"; like?: string }
  | { page: "settings" }
  | { page: "boards" }
  | { page: "meeting"; key: string; original?: string }
  | { page: "change"; key: string; original?: string; scope: Scope };

const simple = ["join", "screen", "schedule", "settings", "boards"] as const;
const scopes: readonly string[] = ["all", "occurrence", "following"];

export function parsePlace(text: string): Place {
  const [page = "", which = "", scope = ""] = text
    .replace(/^[#/]+/, "")
    .split("/")
    .map(decoded);
  if (page === "schedule" && which) return { page, like: which };
  const found = simple.find((name) => name === page);
  if (found) return { page: found };
  if ((page !== "m" && page !== "change") || !which) return { page: "home" };
  const [key = "", original] = which.split("@");
  const meeting = { key, ...(original ? { original } : {}) };
  if (page === "m") return { page: "meeting", ...meeting };
  return { page: "change", ...meeting, scope: scopes.includes(scope) ? (scope as Scope) : "all" };
}

export function placeText(place: Place): string {
  if (place.page === "home") return "";
  if (place.page === "schedule" && place.like) return `schedule/${encodeURIComponent(place.like)}`;
  if (place.page !== "meeting" && place.page !== "change") return place.page;
  const which = encodeURIComponent(place.key + (place.original ? `@${place.original}` : ""));
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
