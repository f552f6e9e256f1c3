import { expect, type Page } from "@playwright/test";
import { choose, expectAccessible, settled, type Theme } from "./browser";
import { look } from "./look";
import { test } from "./stubbed";

const themes: Theme[] = ["light", "dark", "contrast"];
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

const views: { name: string; hash: string; shows: string }[] = [
  { name: "chat", hash: "#/ana/chat/launch", shows: "Lovely. Shall we look" },
  { name: "chats", hash: "#/ana/chat", shows: "Design and the very long" },
  { name: "bot", hash: "#/ana/chat/bot", shows: "I schedule and start Zoom" },
  { name: "channel", hash: "#/ana/teams/apollo-dev", shows: "Release train leaves" },
  { name: "calendar", hash: "#/ana/calendar", shows: "Launch review" },
  { name: "mail", hash: "#/ben/mail/mail1", shows: "invites you to a Zoom meeting" },
  { name: "mails", hash: "#/ben/mail", shows: "Tasting of the new coffee" },
  { name: "activity", hash: "#/ana/activity", shows: "invited you to Launch review" },
  { name: "apps", hash: "#/ana/apps", shows: "Find a meeting" },
  { name: "admin", hash: "#/jo/admin", shows: "Approve the Zoom app" },
  { name: "traffic", hash: "#/ana/developer/traffic", shows: "/v2/users/me/meetings" },
  { name: "ledger", hash: "#/ana/developer/ledger", shows: "meeting.created" },
  { name: "faults", hash: "#/ana/developer/faults", shows: "after the effect" },
  { name: "world", hash: "#/ana/developer/world", shows: "Signing keys" },
  { name: "zoom", hash: "#/ana/developer/zoom", shows: "852" },
];

for (const [size, viewport] of Object.entries(sizes)) {
  for (const theme of themes) {
    if (!process.env.LOOK && size === "phone" && theme !== "dark") continue; // the themes are the desktop's; all are drawn to be looked at
    test(`every page is accessible, ${size}, ${theme}`, async ({ page, serve }) => {
      const { url } = await serve();
      await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
      await page.setViewportSize(viewport);
      await choose(page, theme);
      for (const view of views) {
        await page.goto(`${url}/${view.hash}`);
        await page.reload();
        await expect(page.getByText(view.shows).first()).toBeVisible();
        await expect(page.locator(".fui-Skeleton")).toHaveCount(0);
        await settled(page);
        await look(page, `${view.name}-${size}-${theme}`);
        await expectAccessible(page);
        expect(await sideways(page), `${view.name} scrolls sideways`).toBe(false);
      }
    });

    test(`events are accessible, ${size}, ${theme}`, async ({ page, serve }) => {
      const { url } = await serve();
      await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
      await page.setViewportSize(viewport);
      await choose(page, theme);
      await page.goto(`${url}/#/ana/calendar`);
      for (const [name, subject] of [
        ["event", "Launch review"],
        ["invitation", "Weekly team call"],
      ] as const) {
        await page.getByRole("button", { name: new RegExp(subject) }).click();
        await expect(page.getByRole("dialog")).toBeVisible();
        await settled(page);
        await look(page, `${name}-${size}-${theme}`);
        await expectAccessible(page);
        await page.getByRole("button", { name: "Close" }).click();
      }
      await page.getByRole("button", { name: "New event" }).click();
      await expect(page.getByLabel("Title")).toBeVisible();
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("An event needs a title")).toBeVisible();
      await settled(page);
      await look(page, `new-event-${size}-${theme}`);
      await expectAccessible(page);
      expect(await sideways(page)).toBe(false);
    });

    test(`dialogs are accessible, ${size}, ${theme}`, async ({ page, serve }) => {
      const { url, stub } = await serve({ signIn: true });
      await page.setViewportSize(viewport);
      await choose(page, theme);
      await page.goto(`${url}/#/ana/chat/launch`);
      await command(page, "Schedule a meeting");
      await expect(page.getByText("Sign in to use Causeway")).toBeVisible();
      await settled(page);
      await look(page, `signin-${size}-${theme}`);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Close" }).click();

      stub.next({
        type: "dialog",
        dialog: {
          id: "d1",
          title: "Schedule a Zoom meeting",
          card: (await import("../src/sandbox/testing/seed")).formCard,
        },
      });
      await command(page, "Schedule a meeting");
      await expect(page.getByLabel("Topic")).toBeVisible();
      await settled(page);
      await look(page, `form-${size}-${theme}`);
      await expectAccessible(page);

      stub.next({ type: "error", text: "Unable to reach the app", status: 504 });
      await page.getByRole("button", { name: "Schedule", exact: true }).click();
      await expect(page.getByText("Unable to reach the app")).toBeVisible();
      await expect(page.getByLabel("Topic")).toHaveValue("Launch review");
      await settled(page);
      await look(page, `form-error-${size}-${theme}`);
      await expectAccessible(page);
      await page.getByRole("button", { name: "Close" }).click();

      stub.next({
        type: "dialog",
        dialog: {
          id: "d2",
          title: "Add Causeway to this chat",
          card: (await import("../src/sandbox/testing/seed")).installCard,
        },
      });
      await command(page, "Schedule a meeting");
      await expect(page.getByText("is not in “Launch” yet")).toBeVisible();
      await settled(page);
      await look(page, `install-${size}-${theme}`);
      await expectAccessible(page);
    });
  }
}

test("on a phone a card cuts no words, and buttons in a second line begin where the first one does", async ({
  page,
  serve,
}) => {
  const { url, stub } = await serve();
  await page.setViewportSize(sizes.phone);
  stub.next({
    type: "dialog",
    dialog: {
      id: "d1",
      title: "Help",
      card: {
        type: "AdaptiveCard",
        version: "1.5",
        body: [
          {
            type: "FactSet",
            facts: [
              {
                title: "rejoindre 912 3456 7890",
                value: "Rejoindre une réunion Zoom par son ID ou son lien",
              },
              { title: "déconnecter", value: "Les déconnecter" },
            ],
          },
        ],
        actions: ["Planifier une réunion Zoom", "Démarrer une réunion Zoom", "Mes réunions"].map((title) => ({
          type: "Action.Submit",
          title,
        })),
      },
    },
  });
  await page.goto(`${url}/#/ana/chat/launch`);
  await command(page, "Schedule a meeting");
  await expect(page.getByRole("button", { name: "Mes réunions" })).toBeVisible();
  const card = page.getByRole("dialog").locator(".card");
  await card.evaluate((element) => {
    element.style.width = "225px"; // as in a bubble of a chat
  });
  expect(await card.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
  const cut = await card.locator(".ac-factset").evaluate((facts) => facts.scrollWidth - facts.clientWidth);
  expect(cut).toBe(0);
  const left = await card
    .locator(".ac-pushButton")
    .evaluateAll((buttons) => new Set(buttons.map((button) => button.getBoundingClientRect().left)).size);
  expect(left).toBe(1);
});

test("empty, failing and loading worlds say so", async ({ page, serve }) => {
  const empty = await serve({ empty: true });
  for (const [name, hash, text] of [
    ["apps", "#/ana/apps", "No app has been uploaded"],
    ["mail", "#/ana/mail", "No mail yet"],
    ["chats", "#/ana/chat", "No conversations yet"],
    ["ledger", "#/ana/developer/ledger", "No effects yet"],
  ] as const) {
    await page.goto(`${empty.url}/${hash}`);
    await expect(page.getByText(text)).toBeVisible();
    await look(page, `empty-${name}`);
    await expectAccessible(page);
  }
  const failing = await serve({ failing: /mail|messages/ });
  await page.goto(`${failing.url}/#/ana/chat/launch`);
  await expect(page.getByText("The world stumbled.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await look(page, "failing-chat");
  await expectAccessible(page);
});

test("menus and the people switcher", async ({ page, serve }) => {
  const { url } = await serve();
  await page.goto(`${url}/#/ana/chat/launch`);
  await page.getByRole("button", { name: /Signed in as Ana/ }).click();
  await expect(page.getByText("Harbour")).toBeVisible();
  await settled(page);
  await look(page, "people");
  await expectAccessible(page);
  await page.getByRole("button", { name: /Chloé Martin/ }).click();
  await expect(page).toHaveURL(/#\/chloe\/chat\/launch/);
  await page.getByRole("button", { name: "Theme, language and layout" }).click();
  await settled(page);
  await look(page, "settings");
  await page.getByRole("menuitemradio", { name: "Phone" }).click();
  await page.keyboard.press("Escape");
  await expect(page.locator("[data-layout=phone]")).toBeVisible();
  await settled(page);
  await look(page, "phone-switch");
  await page.getByRole("button", { name: "Theme, language and layout" }).click();
  await page.getByRole("menuitemradio", { name: "Français" }).click();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("navigation").getByText("Équipes")).toBeVisible();
  await look(page, "french");
});

test("the keyboard alone reaches the box and sends", async ({ page, serve }) => {
  const { url, stub } = await serve();
  await page.goto(`${url}/#/ana/chat/launch`);
  await expect(page.getByText("Lovely. Shall we look")).toBeVisible();
  await page.keyboard.press("Control+e");
  await expect(page.getByRole("combobox")).toBeFocused();
  await page.keyboard.type("pair");
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "Type a message" }).focus();
  await page.keyboard.type("Hello");
  await page.keyboard.press("Enter");
  await expect.poll(() => stub.calls.find((call) => call.method === "POST")?.body).toEqual({ text: "Hello" });
});

async function command(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Causeway commands" }).click();
  await page.getByRole("menuitem", { name: title }).click();
}

async function sideways(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
}
