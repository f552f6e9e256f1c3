import { beforeEach, expect, it, vi } from "vitest";
import { catchTabLinks, openLink, parseTabItem, tabItem, tabLink } from "./teamsLink";

const app = "6a2f1f0e-7c2b-4a42-9a1e-2f8f6f3d1a01";
const link = (context?: string) =>
  `https://teams.microsoft.com/l/entity/${app}/meetings${context ? `?context=${encodeURIComponent(context)}` : ""}`;

beforeEach(() => {
  window.location.hash = "#/ben/chat/launch";
});

it("reads links to tabs, with and without a page of them, and no others", () => {
  expect(tabLink(link())).toEqual({ app, tab: "meetings" });
  expect(tabLink(link('{"subEntityId":"m/7"}'))).toEqual({ app, tab: "meetings", page: "m/7" });
  expect(tabLink(link().replace("https://teams.microsoft.com", window.location.origin))).toEqual({
    app,
    tab: "meetings",
  });
  for (const other of [
    link("{"),
    "https://teams.microsoft.com/l/chat/0/0",
    `https://evil.example/l/entity/${app}/meetings`,
    `https://teams.microsoft.com/l/entity/${app}`,
    "nonsense",
  ])
    expect(tabLink(other), other).toBeUndefined();
});

it("writes a tab's page as an item of a place, and reads it", () => {
  for (const address of [
    { app, tab: "meetings" },
    { app, tab: "meetings", page: "m/7@2026-03-04T10:00:00Z" },
  ])
    expect(parseTabItem(tabItem(address))).toEqual(address);
  expect(parseTabItem(app)).toEqual({ app, tab: "" });
});

it("opens tabs here, pages of the web apart, and nothing else", () => {
  const open = vi.fn();
  vi.stubGlobal("open", open);
  expect(openLink(link('{"subEntityId":"m/7"}'))).toBe(true);
  expect(window.location.hash).toBe(`#/ben/apps/${encodeURIComponent(`${app}/meetings/m/7`)}`);
  expect(openLink("https://zoom.us/j/1")).toBe(true);
  expect(openLink("zoommtg://zoom.us/join")).toBe(false);
  expect(open).toHaveBeenCalledExactlyOnceWith("https://zoom.us/j/1", "_blank", "noopener");
});

it("takes clicks on links into tabs", () => {
  const stop = catchTabLinks();
  document.body.innerHTML = `<a href='${link()}'><b>Open</b></a>`;
  const click = new MouseEvent("click", { bubbles: true, cancelable: true });
  document.querySelector("b")?.dispatchEvent(click);
  stop();
  expect(click.defaultPrevented).toBe(true);
  expect(window.location.hash).toBe(`#/ben/apps/${encodeURIComponent(`${app}/meetings`)}`);
});
