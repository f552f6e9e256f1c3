// The story: a person opens a group chat, calls Causeway from the bar, connects Zoom, adds the bot, schedules a meeting, and sees
// the card, the calendar entry, the e-mails and the direct messages. Light on a desktop and dark on a phone.

import { expect } from "@playwright/test";
import { expectAccessible, type Theme, browserTest as test } from "./browser";
import { look } from "./look";
import { act, effects, type LedgerRow, lastEffect, Teams } from "./teams";

interface Telling {
  name: string;
  person: string;
  chat: string;
  members: string[];
  theme: Theme;
  phone: boolean;
}

const tellings: Telling[] = [
  {
    name: "light-desktop",
    person: "ana",
    chat: "launch",
    members: ["ana", "ben", "chloe", "dev", "eli"],
    theme: "light",
    phone: false,
  },
  {
    name: "dark-phone",
    person: "ben",
    chat: "review",
    members: ["ana", "ben", "jo"],
    theme: "dark",
    phone: true,
  },
];

// The tellings share one world, and what follows looks at what they left.
test.describe.configure({ mode: "serial" });

for (const { name, person, chat, members, theme, phone } of tellings) {
  test(`from the bar to the meeting, ${name}`, async ({ page }) => {
    const topic = `Go or no-go <b>${name}</b>`;
    const before = await lastEffect();
    const teams = await Teams.open(page, person, theme, phone, name);
    await teams.go(`chat/${chat}`);

    await teams.command("Schedule a Zoom meeting");
    await teams.connect();

    await teams.check("install", "Nothing is added until you continue");
    expect((await effects(before)).filter(({ effect }) => effect === "app.installed")).toEqual([]);
    await teams.dialog().getByRole("button", { name: "Continue" }).click();

    await teams.check("form", "Time zone");
    const topicBox = teams.dialog().getByLabel("Topic");
    await topicBox.fill("");
    await teams.dialog().getByRole("button", { name: "Schedule", exact: true }).click();
    expect((await effects(before)).filter(({ effect }) => effect === "meeting.created")).toEqual([]);
    await topicBox.fill(topic);
    await teams.dialog().getByRole("button", { name: "Schedule", exact: true }).click();

    await teams.check("scheduled", "Scheduled. The card follows in the conversation.");
    await teams.dialog().getByRole("button", { name: "OK" }).click();
    await expect(page.getByRole("log").getByText(topic)).toBeVisible();
    await expect(page.getByRole("log").getByText(/In everyone's calendar/)).toBeVisible();
    await teams.check("card", topic);

    await expect
      .poll(async () => tally(await effects(before), chat), { timeout: 30_000 })
      .toEqual({
        meetings: 1,
        events: 1,
        mailed: members.filter((one) => one !== person),
        cards: 1,
        told: members,
      });
  });
}

test("the invited see calendar, mail and message", async ({ page }) => {
  const topic = /Go or no-go <b>light-desktop<\/b>/;
  const teams = await Teams.open(page, "chloe", "dark", false, "invited");
  await teams.go("calendar");
  await teams.check("calendar", topic);
  await page.getByRole("button", { name: topic }).click();
  await expect(page.getByRole("dialog").getByText("Ana Duarte").first()).toBeVisible();
  const zoom = page.waitForEvent("popup");
  await page.getByRole("dialog").getByRole("button", { name: "Join" }).click();
  const client = await zoom;
  await expect(client).toHaveURL(/\/j\/\d+/);
  await client.close();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();

  await teams.go("mail");
  await page.getByRole("button", { name: topic }).click();
  await teams.check("mail", "Invitation");

  await teams.go("chat/bot");
  await teams.check("message", topic);
});

test("the card lives while the meeting is held", async ({ page }) => {
  const topic = "Go or no-go <b>light-desktop</b>";
  const made = (await effects()).find(
    (row) => row.effect === "meeting.created" && row.detail.topic === topic,
  );
  const id = made?.subject ?? "";
  const teams = await Teams.open(page, "chloe", "light", true, "living");
  await teams.go("chat/launch");
  await act(`POST zoom/meetings/${id}/join`, { as: "ana" });
  await act(`POST zoom/meetings/${id}/join`, { as: "A visitor" });
  const chat = page.getByRole("log");
  await expect(chat.getByText(/In progress since/)).toBeVisible();
  await expect(chat.getByText("2 people are there")).toBeVisible();
  await teams.check("live", /In progress since/);
  await act(`POST zoom/meetings/${id}/end`);
  await expect(chat.getByText(/Ended after/)).toBeVisible();
  await teams.check("ended", "2 people took part");
});

test("the scheduler is told, and can change the meeting from there", async ({ page }) => {
  const teams = await Teams.open(page, "ana", "contrast", false, "scheduler");
  await teams.go("chat/bot");
  await teams.check("message", /Go or no-go <b>light-desktop<\/b>/);
  await expect(page.getByRole("button", { name: "Change" }).last()).toBeVisible();
});

test("developers see what went over the wire, and what it did", async ({ page }) => {
  const teams = await Teams.open(page, "ana", "light", false, "developer");
  await teams.go("developer/traffic");
  await page.getByRole("textbox", { name: "Filter" }).fill("/v2/users/me/meetings");
  await page
    .getByRole("button", { name: /POST \/v2\/users\/me\/meetings/ })
    .first()
    .click();
  await teams.check("traffic", "Request");
  await teams.go("developer/ledger");
  await teams.check("ledger", "meeting.created");
});

test("where no Teams window answers, a code does", async ({ page, context }) => {
  const teams = await Teams.open(page, "eli", "light", true, "manual-code");
  await teams.go("chat/standup");
  const begun = page.waitForResponse((answer) => answer.url().includes("/commands/"));
  await teams.command("Schedule a Zoom meeting");
  const { popup } = (await (await begun).json()) as { popup: { url: string } };
  await teams.dialog().getByRole("button", { name: "Close" }).click();

  const alone = await context.newPage();
  await alone.goto(popup.url);
  await teams.allow(alone);
  const code = alone.locator("#manual");
  await expect(code).toBeVisible();
  await expect(alone.getByText("One moment")).toBeHidden();
  await look(alone, "manual-code-page");
  await expectAccessible(alone);

  await teams.go("chat/bot");
  await page.getByRole("textbox", { name: "Type a message" }).fill((await code.textContent()) ?? "");
  await page.getByRole("button", { name: "Send" }).click();
  await teams.check("connected", "Connected to Zoom as");
});

test("who does not continue has nothing added", async ({ page }) => {
  const before = await lastEffect();
  const teams = await Teams.open(page, "ana", "light", false, "declined");
  await teams.go("teams/apollo-design");
  await teams.command("Schedule a Zoom meeting");
  await teams.check("install", "Nothing is added until you continue");
  await teams.dialog().getByRole("button", { name: "Close" }).click();
  await expect(teams.dialog()).toHaveCount(0);
  const caused = (await effects(before)).map(({ effect }) => effect);
  expect(caused.filter((effect) => /app.installed|conversation|message|meeting/.test(effect))).toEqual([]);
});

test("from a thread of a channel, the card comes into the thread", async ({ page }) => {
  const teams = await Teams.open(page, "ana", "dark", false, "channel");
  await teams.go("teams/apollo-dev");
  await page.getByRole("button", { name: "Reply" }).first().click();
  await teams.command("Start a Zoom meeting now");
  await teams.dialog().getByRole("button", { name: "Continue" }).click();
  await teams.check("form", "Topic");
  await teams.dialog().getByLabel("Topic").fill("Right now");
  await teams.dialog().getByRole("button", { name: "Start", exact: true }).click();
  await teams.check("made", "Start as host");
  await teams.dialog().getByRole("button", { name: "Close" }).click();
  const thread = page.getByRole("listitem").filter({ has: page.getByRole("textbox", { name: "Reply" }) });
  await expect(thread.getByText("Right now")).toBeVisible();
  await teams.check("thread", "Right now");
});

interface Tally {
  meetings: number;
  events: number;
  cards: number;
  /** Who got an invitation, and who got a direct message; somebody twice stands here twice. */
  mailed: (string | undefined)[];
  told: (string | undefined)[];
}

/** Counts what the story must have caused in a chat. */
function tally(rows: LedgerRow[], chat: string): Tally {
  const of = (effect: string) => rows.filter((row) => row.effect === effect);
  const posted = of("message.posted").filter(({ by }) => by === "bot");
  return {
    meetings: of("meeting.created").length,
    events: of("event.created").length,
    cards: posted.filter(({ detail }) => detail.scope === "group" && detail.chat === chat).length,
    mailed: of("mail.delivered")
      .map(({ detail }) => detail.to?.split(".")[0])
      .sort(),
    told: posted
      .filter(({ detail }) => detail.scope === "personal")
      .map(({ detail }) => detail.to)
      .sort(),
  };
}
