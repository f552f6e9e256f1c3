// T63: whatever Zoom, Outlook and people write comes into the tab as text, under the policy that the product serves it with.

import { expect, type Frame, type Page } from "@playwright/test";
import type { Stub } from "../src/tab/testing/stub";
import { settled } from "./browser";
import { asked, ready, type TeamsLooks, test } from "./tabbed";

const payloads = [
  '<img src=x onerror="parent.canary=1;canary=1">',
  "</script><script>canary=1</script>",
  "<svg onload=canary=1>",
  "javascript:canary=1",
  "<a href=javascript:canary=1>here</a>",
];
const link = "javascript:canary=1";

/** What is not written by anybody: ids, times, and words of ours. */
const structure =
  /^(key|id|kind|original|start|end|started|ended|since|date|time|zone|tenant|zoomId|until|nonce|calendar|intent|edition)$/;
const word = /^[a-z_]*$|^\d+$|^\d{4}-\d\d-\d\dT/;

/** Puts hostile words before every text of an answer, and hostile addresses in place of every address. */
function poisoned(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return value.map((one, n) => poisoned(one, `${name}${n}`));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisoned(inner, key)]));
  if (typeof value !== "string" || structure.test(name) || (word.test(value) && name !== "topic"))
    return value;
  if (/url$|^(page|recording|summaryPage|fallback)$/i.test(name)) return link;
  return `${payloads[(name.length + value.length) % payloads.length]} ${value}`;
}

/** Has every answer of the product be hostile. */
function poison(stub: Stub): void {
  const answer = stub.answer.bind(stub);
  stub.answer = async (...call) => {
    const told = await answer(...call);
    return { ...told, body: poisoned(told.body) };
  };
}

/** Nothing of it has run, and nothing of it is there but as text. */
async function harmless(page: Page, frame: Frame, name: string): Promise<void> {
  await settled(page);
  for (const where of [page, frame])
    expect(await where.evaluate(() => "canary" in window), `${name}: something has run`).toBe(false);
  const markup = "img[src=x], svg[onload], script:not([src]), [onerror], a[href^='javascript' i], iframe";
  await expect(frame.locator(markup), `${name}: it has become markup`).toHaveCount(0);
}

interface Hostile {
  at?: string;
  looks?: TeamsLooks;
  world?(stub: Stub): void;
  shows: string | RegExp;
  /** What is pressed: it leads to where an answer says. */
  press?: RegExp;
}

const pages: Record<string, Hostile> = {
  home: { shows: "Company day", press: /^(Start|Join|Open).*Launch review|^Start$/ },
  meeting: { at: "m/m1", shows: "Where we are" },
  series: { at: "m/m5", shows: "Action items", press: /Watch the recording/ },
  transcript: { at: "m/m5/transcript", shows: "It was received well" },
  chat: { at: "m/m5/chat", shows: "My notes are in the shared folder" },
  past: { at: "past", shows: "Kick-off" },
  boards: { at: "boards", shows: "Retrospective", press: /^Open.*Launch plan/ },
  change: { at: "change/m1/all", shows: "More options" },
  schedule: {
    at: "schedule",
    world: (stub) => {
      stub.overlaps = [{ topic: "Review", start: "2026-03-04T11:00:00Z", end: "2026-03-04T11:30:00Z" }];
      stub.form.notes = ["On your Zoom plan a meeting ends after 40 minutes."];
      stub.form.input.invitees = [{ name: "Ben Okafor", address: "ben.okafor@meridian.example" }];
    },
    shows: "More options",
  },
  settings: { at: "settings", shows: "Two-way sync" },
  conversation: { looks: { chat: "content" }, shows: "Launch review" },
  setup: { looks: { chat: "settings" }, shows: "The Zoom meetings of this conversation" },
  gate: {
    world: (stub) => {
      stub.me.gate = { side: "zoom", text: "The Zoom side is missing.", ask: "Please approve it." };
    },
    shows: "Waiting for an administrator",
  },
  failed: {
    world: (stub) => {
      stub.instead.set("GET /meetings", {
        status: 500,
        body: {
          type: "about:blank#internal",
          status: 500,
          detail: "Something went wrong.",
          instance: "X7K2",
        },
      });
    },
    shows: "That did not work",
  },
  notes: {
    world: (stub) => {
      stub.notes = ["Zoom does not answer right now."];
      stub.waiting = [{ key: "w1", topic: "Planning", text: "It is made at midnight." }];
    },
    shows: "It is made at midnight",
  },
};

test("T63: hostile words run nowhere", async ({ page, tabbed }) => {
  test.setTimeout(180_000);
  await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
  for (const [name, one] of Object.entries(pages)) {
    await test.step(name, async () => {
      const { stub, open } = await tabbed();
      one.world?.(stub);
      poison(stub);
      const frame = await open(page, { ...(one.at ? { subPageId: one.at } : {}), ...one.looks });
      await ready(frame, one.shows);
      await harmless(page, frame, name);
      const words = await frame.locator("body").innerText();
      const typed = await frame
        .locator("input, textarea")
        .evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value));
      if (name !== "setup")
        expect(
          payloads.some((payload) => [words, ...typed].join().includes(payload)),
          `${name} shows what was written`,
        ).toBe(true);
      if (one.press) {
        await frame.getByRole("button", { name: one.press }).first().click();
        await expect(frame.getByText("Something went wrong").first()).toBeVisible();
        await harmless(page, frame, `${name}, pressed`);
      }
      expect(await asked(page, "executeDeepLink")).toEqual([]);
      expect(await asked(page, "app.openLink")).toEqual([]);
    });
  }
});
