// Where links lead: into a personal tab of Teams, onto the web, or to another program of the device.

import { parsePlace, placeHash } from "../place";

const teamsHosts = ["teams.microsoft.com", "teams.cloud.microsoft", "teams.live.com"];

/** A page of an app's personal tab. */
export interface TabAddress {
  app: string;
  tab: string;
  /** What arrives in the tab as subPageId. */
  page?: string;
}

/** Reads https://teams.microsoft.com/l/entity/<app>/<tab>?context={"subEntityId":"…"}, or the same of this page; undefined for any other link. */
export function tabLink(address: string): TabAddress | undefined {
  try {
    const url = new URL(address);
    const [, l, entity, app, tab] = url.pathname.split("/").map(decodeURIComponent);
    const teams = teamsHosts.includes(url.hostname) || url.origin === window.location.origin; // this page is Teams for the product here
    if (!teams || l !== "l" || entity !== "entity" || !app || !tab) return undefined;
    const context = JSON.parse(url.searchParams.get("context") ?? "{}") as { subEntityId?: unknown };
    return {
      app,
      tab,
      ...(typeof context.subEntityId === "string" && context.subEntityId
        ? { page: context.subEntityId }
        : {}),
    };
  } catch {
    return undefined;
  }
}

/** A tab's page as the item of the place "apps": "<app>/<tab>/<page>". */
export function tabItem({ app, tab, page }: TabAddress): string {
  return [app, tab, ...(page ? [page] : [])].join("/");
}

/** The other way around; tab is "" for the app's first. */
export function parseTabItem(item = ""): TabAddress {
  const [app = "", tab = "", ...page] = item.split("/");
  return { app, tab, ...(page.length > 0 ? { page: page.join("/") } : {}) };
}

export function goToTab(address: TabAddress): void {
  const here = parsePlace(window.location.hash);
  window.location.hash = placeHash({ ...here, page: "apps", item: tabItem(address) });
}

/** Opens what a link leads to, as Teams does; answers false when neither Teams nor a browser can. */
export function openLink(address: string): boolean {
  const tab = tabLink(address);
  if (tab) {
    goToTab(tab);
    return true;
  }
  if (!/^https?:/.test(address)) return false;
  window.open(address, "_blank", "noopener");
  return true;
}

/** Takes clicks on links into Teams before the browser opens them; returns how to stop. */
export function catchTabLinks(): () => void {
  const caught = (event: MouseEvent) => {
    const link = (event.target as Element | null)?.closest?.("a[href]");
    const tab = link && tabLink((link as HTMLAnchorElement).href);
    if (!tab) return;
    event.preventDefault();
    goToTab(tab);
  };
  document.addEventListener("click", caught);
  return () => document.removeEventListener("click", caught);
}
