// The tab's story: a person adds the app, opens its tab in Teams, connects, schedules, changes, shares, joins and starts: all of it
// against the product itself, in a browser that keeps no cookies for a page within another site's.

import { expect, type Page } from "@playwright/test";
import { type Theme, browserTest as test } from "./browser";
import { browser } from "./chromium";
import { act, Teams, world } from "./teams";
import { Tab } from "./teamstab";

const { launchOptions } = browser;
test.use({
  launchOptions: { ...launchOptions, args: [...launchOptions.args, "--test-third-party-cookie-phaseout"] },
});

// What one test schedules, the next ones find.
test.describe.configure({ mode: "serial" });

const date = wednesday();
const rehearsal = "Launch rehearsal";
const weekly = "Launch weekly";

/** Adds the app and opens its tab. */
async function begin(page: Page, person: string, theme: Theme, name: string, phone = false): Promise<Tab> {
  const teams = await Teams.open(page, person, theme, phone, name);
  await teams.go("apps");
  await page.getByRole("main").getByRole("button", { name: "Add", exact: true }).click();
  await teams.check("added", "Added");
  return Tab.open(page, person, theme, name, phone);
}

/** Wednesday of next week in London. */
function wednesday(): string {
  const today = new Date(`${new Date().toLocaleDateString("sv", { timeZone: "Europe/London" })}T12:00Z`);
  today.setUTCDate(today.getUTCDate() - ((today.getUTCDay() + 6) % 7) + 9);
  return today.toISOString().slice(0, 10);
}

test("from adding the app to the calendar", async ({ page }) => {
  const tab = await begin(page, "ana", "light", "tab-desktop");
  await tab.connect();
  await tab.check("connected", "Press rehearsal");

  await tab.schedule(rehearsal, { date, time: "10:00", invite: "ben.okafor@meridian.example" });
  await tab.check("meeting", /1 invited/);
  await tab.home();
  await tab.schedule(weekly, { date, time: "15:00", weeks: 2 });
  await tab.check("series", "Every week on Wednesday");

  await tab.home();
  await expect(tab.frame.getByRole("link", { name: weekly })).toHaveCount(2);
  await tab.check("list", rehearsal);

  await tab.teams.go("calendar");
  await page.getByRole("button", { name: "Week after" }).click();
  await expect(page.getByRole("button", { name: new RegExp(rehearsal) })).toBeVisible();
  await tab.teams.check("calendar", weekly);
});

test("one meeting of a series changes, in the tab and in the calendar", async ({ page }) => {
  const tab = await Tab.open(page, "ana", "light", "tab-change");
  await tab.frame.getByRole("link", { name: weekly }).first().click();
  await tab.press("Change");
  await tab.frame.getByRole("menuitem", { name: "Only this meeting" }).click();
  await tab.frame.getByLabel(/^Time(?! zone)/).fill("16:30");
  await tab.check("form", /Only this meeting changes/);
  await tab.press("Save");
  await tab.check("changed", /4:30/);
  await tab.home();
  await tab.check("list", "4:30 PM");
  await tab.check("list", "3:00 PM");

  await tab.teams.go("calendar");
  await page.getByRole("button", { name: "Week after" }).click();
  await expect(page.getByRole("button", { name: `${weekly} 04:30 PM – 05:00 PM` })).toBeVisible();
  await tab.teams.check("calendar");
});

test("a meeting is shared to a chat with the bot", async ({ page }) => {
  const teams = await Teams.open(page, "ana", "dark", false, "tab-share");
  await teams.go("apps");
  await page.getByRole("button", { name: "Add to" }).click();
  await page.getByRole("menuitem", { name: "Launch week" }).click();
  const tab = await Tab.open(page, "ana", "dark", "tab-share");
  await tab.frame.getByRole("link", { name: rehearsal }).click();
  await tab.press("Share to a chat");
  await tab.frame.getByRole("radio", { name: /Launch week/ }).check();
  await tab.check("dialog", "Share to a chat or channel");
  await tab.inDialog("Share");
  await expect(tab.frame.getByRole("dialog")).toHaveCount(0);
  await tab.teams.go("chat/launch");
  await tab.teams.check("card", rehearsal);
});

test("a wrong number is said before Zoom opens", async ({ page }) => {
  const tab = await Tab.open(page, "ana", "contrast", "tab-join");
  await tab.press(/^Join Opens/);
  await tab.frame.getByLabel("Meeting ID or link").fill("123");
  await tab.inDialog("Join");
  await tab.check("wrong", "Type a meeting ID of 9 to 12 digits, or paste a Zoom link.");
});

test("a meeting starts now, in Zoom", async ({ page }) => {
  const tab = await Tab.open(page, "ana", "light", "tab-now");
  const opened = page.waitForEvent("popup");
  await tab.press(/^Start now/);
  const zoom = await opened;
  await expect(zoom).toHaveURL(/\/s\/\d+/);
  await expect(zoom.getByText("Ana Duarte").first()).toBeVisible();
  await zoom.close();
  await tab.check("live", "Live");
});

test("what happens at Zoom comes into the open list", async ({ page }) => {
  const tab = await Tab.open(page, "ana", "light", "tab-live");
  await tab.check("before", rehearsal);
  await act("POST zoom/people/ana/meetings", {
    topic: "Made at Zoom",
    type: 2,
    start_time: `${date}T08:00:00`,
    timezone: "Europe/London",
    duration: 30,
  });
  await (await tab.content()).evaluate(() => window.dispatchEvent(new Event("focus")));
  await tab.check("after", "Made at Zoom");
});

test("what is scheduled elsewhere comes into the open list by itself", async ({ page, context }) => {
  const tab = await Tab.open(page, "ana", "light", "tab-open");
  await tab.check("before", rehearsal);
  const other = await Tab.open(await context.newPage(), "ana", "light", "tab-other");
  await other.schedule("Made in another window", { date, time: "12:00" });
  await tab.check("after", "Made in another window");
});

test("the tab speaks French as soon as somebody wants it to", async ({ page }) => {
  const tab = await Tab.open(page, "ana", "light", "tab-french");
  await tab.press("Settings");
  await tab.frame.getByLabel("Language of this page and of messages").selectOption("fr");
  await expect(tab.frame.getByRole("heading", { level: 1, name: "Paramètres" })).toBeVisible();
  await tab.check("settings", "Synchronisation dans les deux sens");
  await tab.press("Retour");
  await tab.check("home", "Réunions");
});

test("on a phone", async ({ page }) => {
  const tab = await begin(page, "ben", "dark", "tab-phone", true);
  await tab.connect();
  await tab.check("list", rehearsal);
  await tab.schedule("Pair on the build", { date, time: "11:00" });
  await tab.check("meeting", "In your calendar");
  await tab.press("Share to a chat");
  await tab.frame.getByRole("radio", { name: /Launch week/ }).check();
  await tab.check("share", "Share to a chat or channel");
  await tab.inDialog("Share");
  await expect(tab.frame.getByRole("dialog")).toHaveCount(0);
  await tab.home();
  await tab.check("home", "Pair on the build");
  const opened = page.waitForEvent("popup");
  await tab.press(/^Start now/);
  const zoom = await opened;
  await expect(zoom.getByText("Ben Okafor").first()).toBeVisible();
  await zoom.close();
  await tab.check("live", "Live");
  await tab.teams.go("chat/launch");
  await tab.teams.check("card", "Pair on the build");
});

test("T23 the tab needs neither cookies nor storage", async ({ page, context }) => {
  await context.addInitScript(() => {
    if (window === window.top) return;
    for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"])
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        },
      });
  });
  const tab = await Tab.open(page, "ana", "light", "tab-blocked");
  const keeps = () => {
    // biome-ignore lint/suspicious/noDocumentCookie: whether the browser keeps it is the question.
    document.cookie = "kept=1; SameSite=None; Secure";
    return document.cookie === "kept=1";
  };
  expect(await (await tab.content()).evaluate(keeps), "a cookie is kept for the tab").toBe(false);
  const alone = await context.newPage();
  await alone.goto(world().product);
  expect(await alone.evaluate(keeps), "a cookie is kept for the product on its own").toBe(true);
  await expect(tab.frame.getByRole("link", { name: rehearsal })).toBeVisible();
});
