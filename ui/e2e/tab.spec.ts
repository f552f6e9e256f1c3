import { expect, type Frame, type Page } from "@playwright/test";
import { refusal, type Stub } from "../src/tab/testing/stub";
import { expectAccessible, settled, type Theme } from "./browser";
import { look } from "./look";
import { ready, sideways, type TeamsLooks, test } from "./tabbed";

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
  { name: "settings", at: "settings", shows: ["Two-way sync", "Synchronisation dans les deux sens"] },
  { name: "schedule", at: "schedule", shows: ["More options", "Autres options"] },
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
    shows: ["More options", "Autres options"],
    does: async (frame) => {
      await frame.getByRole("button", { name: /More options|Autres options/ }).click();
      await ready(frame, /You have “Launch review”|Vous avez/);
    },
  },
  {
    name: "schedule-typed",
    at: "schedule",
    world: (stub) => {
      stub.form.contacts = "missing";
      stub.form.rooms = "off";
    },
    shows: ["Your Microsoft 365", "votre administrateur Causeway"],
  },
];

for (const [language, locale] of Object.entries(languages)) {
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const theme of themes) {
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
