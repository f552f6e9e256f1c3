import { gzipSync } from "node:zlib";
import { expect, type Frame, type Locator, type Page } from "@playwright/test";
import { chatMeeting } from "../src/tab/testing/seed";
import { refusal, type Stub } from "../src/tab/testing/stub";
import { expectAccessible, settled, type Theme } from "./browser";
import { look } from "./look";
import { asked, ready, sideways, type TeamsLooks, test } from "./tabbed";

const themes: Theme[] = ["light", "dark", "contrast"];
const sizes = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const languages = { en: "en-gb", fr: "fr-fr" };

interface View {
  name: string;
  /** The page that the link of Teams asks for. */
  at?: string;
  /** Changes the world before the tab opens. */
  world?(stub: Stub): void;
  looks?: TeamsLooks;
  /** What is there when it is ready, in English and in French. */
  shows: [string, string];
  /** What is done before it is looked at. */
  does?(frame: Frame, page: Page): Promise<void>;
}

/** A chat with something behind it, and somebody else's private meeting ahead. */
function brought(stub: Stub) {
  const [first, ...others] = stub.here.upcoming;
  if (!first) return;
  stub.here.upcoming = [
    { ...first, host: false, topic: "", private: true, hostName: "Ben Okafor" },
    ...others,
  ];
  stub.here.past = [
    { ...first, topic: "Retrospective", start: "2026-03-02T10:00:00Z", end: "2026-03-02T10:30:00Z" },
  ];
}

/** Brings a text into the middle of what is looked at. */
const centre = (frame: Frame, text: string | RegExp) =>
  frame
    .getByText(text)
    .first()
    .evaluate((element) => element.scrollIntoView({ block: "center" }));

const views: View[] = [
  { name: "home", shows: ["Company day", "Company day"] },
  {
    name: "home-empty",
    world: (stub) => {
      stub.meetings = [];
    },
    shows: ["No meetings ahead", "Aucune réunion à venir"],
  },
  {
    name: "home-notes",
    world: (stub) => {
      stub.notes = ["Zoom does not answer right now: meetings that only Zoom knows are missing here."];
      stub.me.calendarState = "missing";
      if (stub.meetings[0])
        stub.meetings[0] = {
          ...stub.meetings[0],
          live: true,
          host: false,
          hostName: "Ben Okafor",
          can: { ...stub.meetings[0].can, start: false },
        };
    },
    shows: ["Connect calendar", "Connecter le calendrier"],
  },
  {
    name: "home-failed",
    world: (stub) =>
      void stub.instead.set(
        "GET /meetings",
        refusal("internal", 500, "Something went wrong on our side.", { reference: "X7K2QPLM" }),
      ),
    shows: ["That did not work", "Cela n’a pas fonctionné"],
  },
  {
    name: "gate",
    world: (stub) => {
      stub.me.approved.zoom = false;
      stub.me.gate = {
        side: "zoom",
        text: "The Zoom side is not approved yet. An owner or administrator of your Zoom account can do that in the Zoom App Marketplace.",
        ask: "Please approve the app Causeway in the Zoom App Marketplace, so that we can use Zoom meetings in Microsoft Teams: https://causeway.example/guide#zoom",
      };
    },
    shows: ["Waiting for an administrator", "En attente d’un administrateur"],
  },
  {
    name: "switched-off",
    world: (stub) => {
      stub.me.features.meetings = false;
    },
    shows: ["Meetings are switched off", "Les réunions sont désactivées"],
  },
  {
    name: "no-token",
    looks: { noToken: "resourceRequiresConsent" },
    shows: ["Teams could not sign you in", "Teams n’a pas pu vous connecter"],
  },
  {
    name: "not-linked",
    world: (stub) => {
      stub.me.zoom = "not_linked";
    },
    shows: ["Connect Zoom", "Connecter Zoom"],
  },
  {
    name: "relink",
    world: (stub) => {
      stub.me.zoom = "relink";
    },
    shows: ["Connect again", "Connecter à nouveau"],
  },
  { name: "meeting", at: "m/m1", shows: ["Where we are", "Where we are"] },
  { name: "meeting-series", at: "m/m5", shows: ["The room Harbour declined", "The room Harbour declined"] },
  {
    name: "meeting-invited",
    at: "m/m2",
    world: (stub) => {
      stub.asked = { answer: "tentative", text: "You answered from here: maybe", open: true };
    },
    shows: ["Are you coming?", "Venez-vous ?"],
  },
  {
    name: "meeting-invited-no-calendar",
    at: "m/m2",
    world: (stub) => {
      stub.me.calendarState = "missing";
      stub.asked = { answer: "none", open: true };
    },
    shows: ["Connect calendar", "Connecter le calendrier"],
  },
  { name: "transcript", at: "m/m5/transcript", shows: ["It was received well", "It was received well"] },
  { name: "meeting-only-zoom", at: "m/z82233445566", shows: ["Supplier call", "Supplier call"] },
  { name: "meeting-gone", at: "m/unknown", shows: ["This meeting is gone", "Cette réunion n’existe plus"] },
  {
    name: "share",
    at: "m/m1",
    shows: ["Where we are", "Where we are"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /Share to a chat|Partager/ }).click();
      await ready(frame, "Apollo");
    },
  },
  {
    name: "cancel",
    at: "m/m5",
    shows: ["Weekly planning", "Weekly planning"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /Cancel meeting|Annuler la réunion/ }).click();
      await expect(frame.getByRole("alertdialog")).toBeVisible();
    },
  },
  { name: "join", at: "join", shows: ["Meeting ID or link", "ID de réunion ou lien"] },
  {
    name: "screen",
    at: "screen",
    shows: ["Share screen", "Partager l’écran"],
    does: async (frame) => expect(frame.getByRole("dialog")).toBeVisible(),
  },
  { name: "past", at: "past", shows: ["Yesterday", "Hier"] },
  { name: "boards", at: "boards", shows: ["Launch plan", "Launch plan"] },
  {
    name: "missed",
    at: "",
    world: (stub) => {
      stub.missed = [
        {
          id: "n1",
          text: "A message of the bot may not have reached you: a reminder of “Launch”.",
          meeting: "m1",
        },
      ];
    },
    shows: ["a reminder of “Launch”", "a reminder of “Launch”"],
  },
  {
    name: "boards-none",
    at: "boards",
    world: (stub) => {
      stub.boards = [];
    },
    shows: ["No whiteboards yet", "Pas encore de tableau blanc"],
  },
  {
    name: "boards-failed",
    at: "boards",
    world: (stub) => {
      stub.instead.set(
        "GET /whiteboards",
        refusal("unavailable", 503, "Zoom’s whiteboards cannot be reached right now."),
      );
    },
    shows: ["cannot be reached", "cannot be reached"],
  },
  {
    name: "board-share",
    at: "boards",
    shows: ["Launch plan", "Launch plan"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /^(Share|Partager) .*Retrospective/ }).click();
      await ready(frame, "Apollo");
      await frame.getByRole("combobox", { name: /Who may open it|Qui peut l’ouvrir/ }).click();
      await frame.getByRole("option", { name: /alone may comment|Seules .* commenter/ }).click();
      await frame.getByRole("radio").first().check();
      await ready(frame, "Chloé Martin");
    },
  },
  {
    name: "board-new",
    at: "boards",
    shows: ["Launch plan", "Launch plan"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /New whiteboard|Nouveau tableau blanc/ }).click();
      await expect(frame.getByRole("dialog")).toBeVisible();
    },
  },
  { name: "chat", looks: { chat: "content" }, world: brought, shows: ["Retrospective", "Retrospective"] },
  {
    name: "chat-asks",
    looks: { chat: "content" },
    world: (stub) => {
      stub.here = { ...stub.here, posts: "not_asked", upcoming: [] };
    },
    shows: ["Allow posting here", "Autoriser la publication ici"],
  },
  {
    name: "chat-without",
    looks: { chat: "content" },
    world: (stub) => {
      stub.here = { ...stub.here, posts: "not_installed", upcoming: [] };
    },
    shows: ["Causeway is not in this conversation", "Causeway n’est pas dans cette conversation"],
  },
  {
    name: "chat-meeting",
    at: "m/m5",
    looks: { chat: "content" },
    world: (stub) => {
      stub.follows = true;
    },
    shows: ["Post a card here", "Publier ici une carte"],
  },
  {
    name: "chat-schedule",
    at: "schedule",
    looks: { chat: "content" },
    world: (stub) => {
      stub.form.here = { others: 700, many: true };
      stub.form.input.who = "chosen";
    },
    shows: ["Who is invited", "Qui est invité"],
  },
  {
    name: "chat-setup",
    looks: { chat: "settings" },
    shows: ["The Zoom meetings of this conversation", "Les réunions Zoom de cette conversation"],
  },
  { name: "settings", at: "settings", shows: ["Two-way sync", "Synchronisation dans les deux sens"] },
  { name: "schedule", at: "schedule", shows: ["More options", "Plus d’options"] },
  {
    name: "schedule-full",
    at: "schedule",
    world: (stub) => {
      stub.overlaps = [
        { topic: "Launch review", start: "2026-03-04T11:00:00Z", end: "2026-03-04T11:30:00Z" },
      ];
      stub.form.notes = ["On your Zoom plan a meeting ends after 40 minutes."];
      stub.form.input = {
        ...stub.form.input,
        topic: "Planning",
        repeat: "weekly",
        interval: "2",
        weekdays: "1,3",
        invitees: [
          { name: "Ben Okafor", address: "ben.okafor@meridian.example" },
          { name: "", address: "kim@partner.example" },
        ],
        rooms: [{ name: "Harbour", address: "harbour@meridian.example" }],
      };
    },
    shows: ["More options", "Plus d’options"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /More options|Plus d’options/ }).click();
      await ready(frame, /You have “Launch review”|Vous avez/);
    },
  },
  {
    name: "schedule-template",
    at: "schedule",
    world: (stub) => {
      stub.form.templates.push({
        value: "t2",
        label: "Quarterly meeting of everybody in the organisation, with guests",
      });
    },
    shows: ["More options", "Plus d’options"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /More options|Plus d’options/ }).click();
      const template = frame.getByRole("combobox", { name: /^(Template|Modèle)/ });
      await template.selectOption("t2");
      await ready(frame, /are as the template says|suivent le modèle/);
      await template.evaluate((field) => field.scrollIntoView({ block: "center" }));
    },
  },
  {
    name: "change-chat",
    at: "change/m1",
    world: (stub) => void stub.instead.set("GET /meetings/m1", { status: 200, body: chatMeeting() }),
    shows: ["Kim Lund", "Kim Lund"],
    does: (frame) => centre(frame, "Kim Lund"),
  },
  {
    name: "change-channel",
    at: "change/m1",
    world: (stub) => {
      stub.form.contacts = "off";
      const meeting = chatMeeting();
      const members = Array.from({ length: 64 }, (_, n) => ({
        id: `id-${n}`,
        name: n % 5 ? `Maximiliana von Hohenstein-${n}` : `Bo ${n}`,
        address: `person${n}@meridian.example`,
      }));
      stub.instead.set("GET /meetings/m1", {
        status: 200,
        body: { ...meeting, input: { ...meeting.input, members } },
      });
    },
    shows: ["Show all 65", "Afficher les 65"],
    does: (frame) => centre(frame, /Show all 65|Afficher les 65/),
  },
  {
    name: "schedule-typed",
    at: "schedule",
    world: (stub) => {
      stub.form.contacts = "missing";
      stub.form.rooms = "off";
    },
    shows: ["Your Microsoft 365", "dans votre organisation"],
  },
];

// Each two of language, size and theme meet; to be looked at, all three do.
for (const [l, [language, locale]] of Object.entries(languages).entries()) {
  for (const [s, [size, viewport]] of Object.entries(sizes).entries()) {
    for (const [n, theme] of themes.entries()) {
      if (!process.env.LOOK && (l + s + n) % 2 === 1) continue;
      test(`every page and state, ${language}, ${size}, ${theme}`, async ({ page, tabbed }) => {
        test.setTimeout(300_000);
        await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
        await page.setViewportSize(viewport);
        for (const view of views) {
          await test.step(view.name, async () => {
            const { stub, open } = await tabbed();
            view.world?.(stub);
            const frame = await open(page, {
              theme,
              locale,
              client: size === "phone" ? "android" : "web",
              ...(view.at ? { subPageId: view.at } : {}),
              ...view.looks,
            });
            await ready(frame, view.shows[language === "en" ? 0 : 1]);
            await view.does?.(frame, page);
            await settled(page);
            await look(page, `tab-${view.name}-${size}-${theme}-${language}`);
            await expectAccessible(frame);
            expect(await sideways(frame), `${view.name} scrolls sideways`).toBe(false);
          });
        }
      });
    }
  }
}

test("the keyboard alone schedules a meeting", async ({ page, tabbed }) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  const { stub, open } = await tabbed();
  const frame = await open(page);
  await ready(frame, "Company day");
  const focused = () =>
    frame.evaluate(
      () => (document.activeElement as HTMLElement).innerText || document.activeElement?.ariaLabel,
    );
  const press = async (keys: string, times = 1) => {
    for (let n = 0; n < times; n++) await page.keyboard.press(keys);
  };
  await frame.getByRole("button", { name: "Settings" }).focus();
  await press("Tab", 2);
  expect(await focused()).toContain("Schedule");
  await press("Enter");
  await expect(frame.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(frame.getByLabel("Topic")).toBeVisible();
  await press("Tab");
  await expect(frame.getByLabel("Topic")).toBeFocused();
  await page.keyboard.type("Planning");
  await frame.getByRole("combobox", { name: "Invite" }).focus();
  await page.keyboard.type("ben");
  await expect(frame.getByRole("option", { name: /Ben Okafor/ })).toBeVisible();
  await press("ArrowDown");
  await press("Enter");
  await expect(frame.getByRole("button", { name: "Ben Okafor Remove" })).toBeVisible();
  await page.keyboard.type("kim@partner.example,");
  await expect(frame.getByRole("button", { name: /^kim@partner.example\b.* Remove$/ })).toBeVisible();
  await frame.getByRole("button", { name: "Schedule", exact: true }).focus();
  await press("Enter");
  await expect(frame.getByRole("heading", { level: 1, name: "Planning" })).toBeFocused();
  expect(stub.calls.filter(({ method, path }) => method === "POST" && path === "/meetings")).toHaveLength(1);
});

test("focus comes back when a dialog closes, and to the meeting that was opened", async ({
  page,
  tabbed,
}) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  const { open } = await tabbed();
  const frame = await open(page);
  await ready(frame, "Company day");
  await frame.getByRole("button", { name: /^Join/ }).first().press("Enter");
  await expect(frame.getByLabel("Meeting ID or link")).toBeFocused();
  // What the dialog covers is hidden from screen readers, and must not stay so.
  await expect(frame.locator("#root[aria-hidden=true]")).toHaveCount(1);
  await page.keyboard.press("Escape");
  await expect(frame.locator("#root[aria-hidden=true]")).toHaveCount(0);
  await expect(frame.getByRole("button", { name: /^Join/ }).first()).toBeFocused();
  await frame.getByRole("link", { name: "Weekly planning" }).press("Enter");
  await expect(frame.getByRole("heading", { level: 1 })).toBeFocused();
  await frame.getByRole("button", { name: "Cancel meeting" }).press("Enter");
  await expect(frame.getByRole("alertdialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(frame.getByRole("button", { name: "Cancel meeting" })).toBeFocused();
  await frame.getByRole("button", { name: "Back" }).press("Enter");
  await expect(frame.getByRole("link", { name: "Weekly planning" })).toBeFocused();
});

test("the sentence that shows for a moment can be read in every theme", async ({ page, tabbed }) => {
  for (const theme of themes) {
    await test.step(theme, async () => {
      const { open } = await tabbed();
      const frame = await open(page, { theme, subPageId: "settings" });
      await frame.getByRole("switch").first().click();
      const notice = frame.locator("[data-notice]");
      await expect(notice).toHaveText("Saved.");
      await look(page, `tab-notice-${theme}`);
      expect(await contrast(notice.getByText("Saved."))).toBeGreaterThan(4.5);
      const dismiss = notice.getByRole("button");
      expect(await contrast(dismiss)).toBeGreaterThan(4.5);
      await dismiss.hover();
      expect(await contrast(dismiss)).toBeGreaterThan(4.5);
    });
  }
});

/** How much the colour of an element, and of the icon in it, differs from that of the ground that it stands on. */
function contrast(of: Locator): Promise<number> {
  return of.evaluate((element) => {
    const parts = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string) => {
      const [r = 0, g = 0, b = 0] = parts(colour).map((part) => {
        const share = part / 255;
        return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let ground: Element | null = element;
    while (ground && parts(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const behind = light(getComputedStyle(ground ?? document.body).backgroundColor);
    return Math.min(
      ...[element, ...element.querySelectorAll("svg")].map((one) => {
        const front = light(getComputedStyle(one).color);
        return (Math.max(front, behind) + 0.05) / (Math.min(front, behind) + 0.05);
      }),
    );
  });
}

test("a page or dialog whose script does not come is said, and comes when it is tried again", async ({
  page,
  tabbed,
}) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  const { open } = await tabbed();
  const frame = await open(page);
  await ready(frame, "Company day");
  for (const script of ["PastPage", "JoinDialog"])
    await page.route(`**/${script}.js`, (route) => route.abort());
  const failed = frame.getByRole("heading", { name: "This page could not be loaded" });
  await frame.getByRole("button", { name: "Past meetings" }).click();
  await expect(failed).toBeVisible();
  await look(page, "tab-part-page");
  await expectAccessible(frame);
  await frame.getByRole("button", { name: "Back" }).click();
  await ready(frame, "Company day");
  await frame.getByRole("button", { name: "Past meetings" }).click();
  await expect(failed).toBeVisible();
  await page.unroute("**/PastPage.js");
  await frame.getByRole("button", { name: "Try again" }).click();
  await ready(frame, "Yesterday");
  await frame.getByRole("button", { name: "Back" }).click();
  await frame.getByRole("button", { name: /^Join Opens/ }).click();
  const dialog = frame.getByRole("dialog", { name: "This could not be loaded" });
  await expect(dialog).toBeVisible();
  await look(page, "tab-part-dialog");
  await expectAccessible(frame);
  await page.unroute("**/JoinDialog.js");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(frame.getByLabel("Meeting ID or link")).toBeVisible();
});

test("a tab that is older than its pages is loaded again where it is", async ({ page, tabbed }) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  const { open } = await tabbed();
  const frame = await open(page, { subPageId: "schedule" });
  await ready(frame, "More options");
  await page.route("**/SettingsPage.js", (route) => route.fulfill({ status: 404 }));
  await frame.evaluate(() => {
    window.location.hash = "#/settings";
  });
  await expect(frame.getByRole("heading", { name: "This page could not be loaded" })).toBeVisible();
  // The tab of the new version has it.
  await page.route("**/tab", async (route) => {
    await page.unroute("**/SettingsPage.js");
    await route.continue();
  });
  await frame.getByRole("button", { name: "Try again" }).click();
  await ready(frame, "Two-way sync");
});

test("times stay on their line, and choices are as wide as each other", async ({ page, tabbed }) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  await page.setViewportSize(sizes.phone);
  const { stub, open } = await tabbed();
  for (const meeting of stub.meetings) {
    if (meeting.start && !meeting.allDay) meeting.start = meeting.start.replace(/T\d\d:\d\d/, "T22:45");
    if (meeting.end && !meeting.allDay) meeting.end = meeting.end.replace(/T\d\d:\d\d/, "T23:55");
  }
  const frame = await open(page, { locale: "en-us" });
  await ready(frame, "Company day");
  const clocks = frame.locator("li").getByText(/^10:45.PM$/);
  expect(await clocks.count()).toBeGreaterThan(1);
  for (const clock of await clocks.all())
    expect(await clock.evaluate((text) => text.getClientRects().length)).toBe(1);
  await frame.getByRole("button", { name: "Settings" }).click();
  await ready(frame, "Two-way sync");
  await page.setViewportSize(sizes.desktop);
  const widths = await frame.locator("select").evaluateAll((all) => all.map((one) => one.clientWidth));
  expect(widths).toHaveLength(3);
  expect(new Set(widths).size).toBe(1);
});

// 640 px at 200 % are 320 px of the page, with half the height.
for (const [name, width, height] of [
  ["phone-200-percent", 320, 400],
  ["desktop-200-percent", 640, 450],
] as const) {
  test(`nothing is cut off or scrolls sideways, ${name}`, async ({ page, tabbed }) => {
    await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
    await page.setViewportSize({ width, height });
    for (const view of views) {
      await test.step(view.name, async () => {
        const { stub, open } = await tabbed();
        view.world?.(stub);
        const frame = await open(page, { ...(view.at ? { subPageId: view.at } : {}), ...view.looks });
        await ready(frame, view.shows[0]);
        await view.does?.(frame, page);
        await settled(page);
        await look(page, `tab-${view.name}-${name}`);
        expect(await sideways(frame), `${view.name} scrolls sideways`).toBe(false);
      });
    }
  });
}

test("what changes is shown by itself, and a lost connection is said and mended", async ({
  page,
  tabbed,
}) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  const { stub, open, say } = await tabbed();
  const frame = await open(page);
  await ready(frame, "Company day");
  const [first] = stub.meetings;
  if (first) stub.meetings = [{ ...first, topic: "Launch review, moved" }];
  say("meetings");
  await expect(frame.getByRole("link", { name: "Launch review, moved" }).first()).toBeVisible();
  await page.context().setOffline(true);
  await frame.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(frame.getByText(/You are offline/)).toBeVisible();
  await look(page, "tab-offline");
  await expectAccessible(frame);
  await page.context().setOffline(false);
  await expect(frame.getByText(/You are offline/)).toHaveCount(0);
});

test("links that leave Teams are handed to Teams, and windows open on https", async ({ page, tabbed }) => {
  const { stub, open } = await tabbed();
  stub.me.zoom = "not_linked";
  const frame = await open(page, { subPageId: "m/m1" });
  await frame.getByRole("button", { name: "Connect Zoom" }).click();
  await expect(frame.getByRole("heading", { level: 1, name: "Launch review" })).toBeVisible();
  expect(await asked(page, "authentication.authenticate")).toEqual(["https://localhost:8080/connect/i1"]);
  await frame.getByRole("button", { name: "Start" }).click();
  await expect
    .poll(() => asked(page, "executeDeepLink"))
    .toEqual(["http://localhost:8080/m/m1/start?ticket=t"]);
  expect(await asked(page, "appInitialization.success")).toHaveLength(1);
});

test("right to left nothing breaks", async ({ page, tabbed }) => {
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  await page.setViewportSize(sizes.phone);
  const { open } = await tabbed();
  for (const at of ["", "m/m1", "schedule"]) {
    const frame = await open(page, { subPageId: at });
    await expect(frame.locator(".fui-Skeleton")).toHaveCount(0);
    await frame.evaluate(() => {
      document.documentElement.dir = "rtl";
      for (const element of document.querySelectorAll("[dir=ltr]:not(input)"))
        element.setAttribute("dir", "rtl");
    });
    await settled(page);
    await look(page, `tab-rtl-${at.replace("/", "-") || "home"}`);
    expect(await sideways(frame)).toBe(false);
  }
});

test("the first page loads at most 250 kB", async ({ page, tabbed }) => {
  const { open, product } = await tabbed();
  const loaded = new Map<string, number>();
  page.on("response", async (response) => {
    const path = response.url().startsWith(product) ? new URL(response.url()).pathname : "";
    if (path.startsWith("/assets/") || path === "/tab")
      loaded.set(path, gzipSync(await response.body()).length);
  });
  const frame = await open(page);
  await ready(frame, "Meetings");
  const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
  expect(total, JSON.stringify(Object.fromEntries(loaded))).toBeLessThan(250_000);
  expect([...loaded.keys()].join()).not.toMatch(/SchedulePage|MeetingPage|SettingsPage/);
});
