// A meeting's life, from its schedule to its summary, and a whiteboard's way to a colleague: two people's windows side by side, Ana's on a
// desktop and the other's on a phone, each seeing what the other does; and the tab of a channel.

import { expect, type Page } from "@playwright/test";
import { browserTest as test } from "./browser";
import { Teams } from "./teams";
import { Tab } from "./teamstab";

test.describe.configure({ mode: "serial" });

const topic = "Launch review";
const board = "Launch plan";

/** What opens in another window by it. */
async function opened(page: Page, by: () => Promise<void>): Promise<Page> {
  const popup = page.waitForEvent("popup");
  await by();
  return popup;
}

test("a meeting is lived through by two people", async ({ page, context }) => {
  const ana = await Teams.open(page, "ana", "light", false, "life-ana");
  const ben = await Teams.open(await context.newPage(), "ben", "light", true, "life-ben");
  await Promise.all([ana.go("chat/launch"), ben.go("chat/launch")]);

  await ana.command("Schedule a Zoom meeting");
  await ana.connect();
  await ana.dialog().getByRole("button", { name: "Continue" }).click();
  await ana.dialog().getByLabel("Topic").fill(topic);
  await ana.dialog().getByRole("button", { name: "Schedule", exact: true }).click();
  await ana.dialog().getByRole("button", { name: "OK" }).click();
  const [anasCard, bensCard] = [ana, ben].map(({ page: window }) => window.getByRole("log"));
  if (!anasCard || !bensCard) throw new Error("two windows have two cards");
  await expect(bensCard.getByText(topic)).toBeVisible();
  await expect(bensCard.getByText(/In everyone's calendar/)).toBeVisible();

  const host = await opened(page, () => anasCard.getByRole("link", { name: "Start as host" }).last().click());
  await host.getByRole("button", { name: /Ana Duarte/ }).click();
  await expect(host.getByText("You are the host.")).toBeVisible();
  for (const card of [anasCard, bensCard]) {
    await expect(card.getByText(/In progress since/)).toBeVisible();
    await expect(card.getByText("1 person is there")).toBeVisible();
  }
  const guest = await opened(ben.page, () =>
    bensCard.getByRole("link", { name: "Join in Zoom" }).last().click(),
  );
  await guest.getByLabel("Join as").selectOption({ label: "Ben Okafor" });
  await guest.getByRole("button", { name: "Join", exact: true }).click();
  for (const card of [anasCard, bensCard]) await expect(card.getByText("2 people are there")).toBeVisible();
  await ana.check("held", /In progress since/);
  await ben.check("held", /In progress since/);

  await host.getByRole("button", { name: "Record to the cloud" }).click();
  await host.getByRole("button", { name: "Let AI Companion summarise" }).click();
  await host.getByRole("button", { name: "End meeting for all" }).click();
  for (const card of [anasCard, bensCard]) {
    await expect(card.getByText(/Ended after/)).toBeVisible();
    await expect(card.getByText(/Summary by Zoom/)).toBeVisible({ timeout: 30_000 });
    await expect(card.getByText(/recording.* transcript.* ready/)).toBeVisible({ timeout: 60_000 });
  }
  await ana.check("remains", /Summary by Zoom/);
  await ben.check("remains", /Summary by Zoom/);
  const watched = await opened(ben.page, () =>
    bensCard.getByRole("link", { name: "Watch the recording" }).last().click(),
  );
  await expect(watched.getByRole("main")).toBeVisible();
  await Promise.all([host, guest, watched].map((window) => window.close()));

  // It is over, and found again without the chat.
  await ana.go("apps");
  await page.getByRole("main").getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("main").getByRole("button", { name: "Open" })).toBeVisible();
  const tab = await Tab.open(page, "ana", "light", "life-ana");
  await tab.press("Past meetings");
  const row = tab.frame.getByRole("listitem").filter({ hasText: topic });
  await expect(row.getByText("Recording")).toBeVisible();
  await tab.check("past", "Summary");
  await row.getByRole("link", { name: topic }).click();
  await tab.check("recap", "After the meeting");
});

test("a whiteboard is shared by one, and opened by the other", async ({ page, context }) => {
  const eli = await Teams.open(await context.newPage(), "eli", "dark", true, "board-eli");
  await eli.go("chat/launch");
  const tab = await Tab.open(page, "ana", "dark", "board-ana");
  await tab.press("Whiteboards");
  await tab.check("boards", board);

  await tab.press(`Share “${board}”`);
  await tab.frame.getByRole("radio", { name: /Launch week/ }).check();
  await tab.check("share", "Only people who were added");
  await tab.frame.getByRole("combobox", { name: "Who may open it" }).click();
  await tab.frame.getByRole("option", { name: "Everyone in the Zoom account may look" }).click();
  await tab.inDialog("Share");
  await expect(tab.frame.getByRole("dialog")).toHaveCount(0);
  await tab.check("shared", "For the Zoom account");

  const chat = eli.page.getByRole("log");
  await expect(chat.getByText(board).first()).toBeVisible();
  await chat.getByRole("link", { name: "Open the whiteboard" }).last().scrollIntoViewIfNeeded();
  await eli.check("card", board);
  const zoom = await opened(eli.page, () =>
    chat.getByRole("link", { name: "Open the whiteboard" }).last().click(),
  );
  await zoom.getByRole("link", { name: /^Eli/ }).click();
  await expect(zoom.getByRole("heading", { name: board })).toBeVisible();
  await expect(zoom.getByText("you are Eli")).toBeVisible();
  await zoom.close();
});

test("a whiteboard is made and shared on a phone, and who is mentioned on it is told", async ({
  page,
  context,
}) => {
  const sketch = "Pocket sketch";
  const ben = await Teams.open(page, "ben", "dark", true, "phone-ben");
  await ben.go("apps");
  await page.getByRole("main").getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("main").getByRole("button", { name: "Open" })).toBeVisible();
  const tab = await Tab.open(page, "ben", "dark", "phone-ben", true);
  await tab.connect();
  await tab.press("Whiteboards");
  await tab.press("New whiteboard");
  await tab.frame.getByLabel("Name").fill(sketch);
  await tab.check("new", "Whiteboards open in the browser");
  const zoom = await opened(page, () => tab.inDialog("Create and open"));
  await zoom.getByRole("link", { name: /^Ben/ }).click();
  await expect(zoom.getByRole("heading", { name: sketch })).toBeVisible();
  await tab.check("made", sketch);

  await tab.press(`Share “${sketch}”`);
  await tab.frame.getByRole("radio", { name: /Launch week/ }).check();
  await tab.inDialog("Share");
  await expect(tab.frame.getByRole("dialog")).toHaveCount(0);
  const ana = await Teams.open(await context.newPage(), "ana", "light", false, "mentioned-ana");
  await ana.go("chat/launch");
  await ana.check("card", sketch);

  await zoom.getByLabel("Share it with").selectOption({ label: "Ana Duarte" });
  await zoom.getByRole("button", { name: "Share", exact: true }).click();
  await expect(zoom.getByText("It is shared.")).toBeVisible();
  await zoom.getByLabel("Comment, and mention").selectOption({ label: "Ana Duarte" });
  await zoom.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(zoom.getByText("The comment is on the board.")).toBeVisible();
  await zoom.close();
  await ana.go("chat/bot");
  const chat = ana.page.getByRole("log");
  await expect(chat.getByText("Ben Okafor shared a Zoom whiteboard with you")).toHaveCount(1);
  await expect(chat.getByText("Ben Okafor mentioned you in a comment on a Zoom whiteboard")).toHaveCount(1);
  await ana.check("told", sketch);
});

test("the meetings of a channel stand in its tab, for everyone in it", async ({ page, context }) => {
  const ana = await Teams.open(page, "ana", "light", false, "here-ana");
  await ana.go("teams/apollo-dev");
  await page.getByRole("button", { name: "Add a tab" }).click();
  const setup = ana.dialog().frameLocator("iframe");
  await expect(setup.getByRole("heading", { name: "The Zoom meetings of this conversation" })).toBeVisible();
  await ana.check("setup");
  await ana.dialog().getByRole("button", { name: "Save" }).click();
  const tab = Tab.in(ana);
  await expect(tab.frame.getByRole("heading", { name: "Zoom meetings in Development" })).toBeVisible();
  await tab.check(
    "asks",
    "Causeway is here, and posts the cards of meetings once somebody has allowed that in this channel.",
  );
  await tab.press("Allow posting here");
  await tab.check("empty", "No Zoom meetings here yet");

  await tab.press("Schedule");
  await tab.frame.getByLabel("Topic").fill("Deployment window");
  await tab.frame.getByRole("radio", { name: /^Everyone here/ }).check();
  await tab.check("form", "Who is invited");
  await tab.press("Schedule");
  await expect(tab.frame.getByRole("heading", { level: 1, name: "Deployment window" })).toBeVisible();
  await tab.press("Back");
  await tab.check("list", "Deployment window");
  await page.getByRole("tab", { name: "Posts" }).click();
  await expect(page.getByRole("log").getByText("Deployment window").first()).toBeVisible();

  // Dev has no Zoom account, and a phone.
  const dev = await Teams.open(await context.newPage(), "dev", "dark", true, "here-dev");
  await dev.go("teams/apollo-dev");
  await dev.page.getByRole("tab", { name: "Zoom meetings" }).click();
  const devs = Tab.in(dev);
  await expect(devs.frame.getByRole("link", { name: "Deployment window" })).toBeVisible();
  await devs.check("list", "Deployment window");
  await devs.frame.getByRole("link", { name: "Deployment window" }).click();
  await devs.check("meeting", "Development");
  await devs.press("Back");
  await devs.press("Schedule");
  await devs.check("connect", "Connect Zoom");
  await devs.press("Not now");
  await expect(devs.frame.getByRole("link", { name: "Deployment window" })).toBeVisible();
});
