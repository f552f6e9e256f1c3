// What an administrator switches on: people and rooms are found while typing, and Zoom and Outlook follow each other.

import { expect } from "@playwright/test";
import { browserTest as test } from "./browser";
import { act, Teams } from "./teams";
import { Tab } from "./teamstab";

test.describe.configure({ mode: "serial" });

const topic = "Quarterly review";
const moved = "Quarterly review, second reading";

test("people and rooms are found, and a move in Outlook reaches Zoom", async ({ page, context }) => {
  await act("POST microsoft/consent", { granted: true, scopes: ["Place.Read.All"] });
  const teams = await Teams.open(page, "ana", "light", false, "grant");
  await teams.go("apps");
  await page.getByRole("main").getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("main").getByRole("button", { name: "Open" })).toBeVisible();
  const tab = await Tab.open(page, "ana", "light", "grant");
  await tab.connect();
  await tab.press("Settings");
  await tab.frame.getByLabel("Keep Zoom and my calendar in step").check();
  await tab.check("settings", "appear, move and go in your calendar");
  await tab.home();

  await tab.press("Schedule Here in Teams");
  await tab.frame.getByLabel("Topic").fill(topic);
  const asked = page.waitForEvent("popup");
  await tab.press("Allow");
  const popup = await asked;
  await teams.allowMicrosoft(popup);
  if (!popup.isClosed()) await popup.waitForEvent("close");
  await expect(tab.frame.getByRole("button", { name: "Allow" })).toHaveCount(0);
  await tab.frame.getByRole("combobox", { name: "Invite" }).pressSequentially("chlo");
  await tab.frame.getByRole("option", { name: /Chloé Martin/ }).click();
  await tab.frame.getByRole("combobox", { name: "Rooms" }).click();
  await tab.frame
    .getByRole("option", { name: /Free · \d+ people/ })
    .first()
    .click();
  await tab.check("form", "Chloé Martin");
  await tab.press("Schedule");
  await expect(tab.frame.getByRole("heading", { level: 1, name: topic })).toBeVisible();
  await tab.check("meeting", "Chloé Martin");

  await teams.go("calendar");
  await page.getByRole("button", { name: new RegExp(topic) }).click();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Title").fill(moved);
  await teams.check("edit", "Edit event");
  await page.getByRole("button", { name: "Send" }).click();
  const { zoomUrl } = (await act("GET state")) as { zoomUrl: string };
  const portal = await context.newPage();
  await expect(async () => {
    await portal.goto(`${zoomUrl}/portal/ana`);
    await expect(portal.getByRole("link", { name: moved })).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 30_000 });
});
