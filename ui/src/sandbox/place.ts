// Where the person is: the address after "#" is /person/page/item, so that every view has a link.

import { useCallback, useSyncExternalStore } from "react";

export const pages = ["activity", "chat", "teams", "calendar", "mail", "apps", "admin", "developer"] as const;
export type Page = (typeof pages)[number];

export interface Place {
  person: string;
  page: Page;
  item?: string;
}

export function parsePlace(hash: string): Place {
  const [person = "", page = "", item = ""] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  return {
    person,
    page: (pages as readonly string[]).includes(page) ? (page as Page) : "chat",
    ...(item ? { item } : {}),
  };
}

export function placeHash({ person, page, item }: Place): string {
  return `#/${[person, page, ...(item ? [item] : [])].map(encodeURIComponent).join("/")}`;
}

function subscribe(watcher: () => void): () => void {
  window.addEventListener("hashchange", watcher);
  return () => window.removeEventListener("hashchange", watcher);
}

/** The current place and how to go to another one. */
export function usePlace(): { place: Place; go(to: Partial<Place>): void } {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const go = useCallback((to: Partial<Place>) => {
    const here = parsePlace(window.location.hash);
    const item =
      "item" in to ? to.item : to.page === undefined || to.page === here.page ? here.item : undefined;
    window.location.hash = placeHash({ ...here, ...to, ...(item ? { item } : { item: "" }) });
  }, []);
  return { place: parsePlace(hash), go };
}
