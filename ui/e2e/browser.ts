// What every browser test shares: the accessibility check, and the preferences of the host page.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Frame, type Page } from "@playwright/test";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Answers that are errors, and scripts that do not come, are what a test wants to see; teams-js asks its maker for a list of hosts, and our policy refuses.
const expected = /^Failed to load resource|Failed to fetch dynamically imported module|res\.cdn\.office\.net/;

export type Theme = "light" | "dark" | "contrast";

export const browserTest = base.extend<{ noErrors: undefined }>({
  // Any error that a page writes to its console fails the test; a refused script or style is one.
  noErrors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on("console", (message) => {
        if (message.type() === "error" && !expected.test(message.text())) errors.push(message.text());
      });
      context.on("weberror", (error) => errors.push(String(error.error())));
      await use(undefined);
      expect(errors).toEqual([]);
    },
    { auto: true },
  ],
});

/** Opens the host page with the given looks already chosen. */
export async function choose(page: Page, theme: Theme, language = "en", layout = "auto"): Promise<void> {
  await page.addInitScript((value) => {
    // The pages in its frames and windows are others: they may have no store, and need no looks.
    if (window.location.hostname === "127.0.0.1") localStorage.setItem("causeway-sandbox", value);
  }, JSON.stringify({ theme, language, layout }));
}

/** Waits until everything that moves, fades or slides has done so. */
export async function settled(page: Page | Frame): Promise<void> {
  await page.evaluate(async () => {
    await Promise.all(
      document
        .getAnimations()
        .map((animation) =>
          animation.effect?.getComputedTiming().iterations === Infinity
            ? undefined
            : animation.finished.catch(() => undefined),
        ),
    );
  });
}

/**
 * Fails with a readable list when axe finds anything on the page. It asks again for a while: in the middle of a change
 * of theme the text has its new colour before the ground has.
 */
export async function expectAccessible(page: Page | Frame): Promise<void> {
  await expect.soft
    .poll(() => violationsOf(page), { timeout: 15_000, intervals: [500, 1000, 2000] })
    .toEqual([]);
}

/** What axe finds on the page, a line for each. */
function violationsOf(page: Page | Frame): Promise<string[]> {
  return page.evaluate(async (source) => {
    if (!("axe" in window)) new Function(source).call(window);
    const run = (
      window as unknown as {
        axe: { run(context: unknown, options: unknown): Promise<{ violations: Violation[] }> };
      }
    ).axe.run;
    interface Violation {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }
    const { violations } = await run(
      { exclude: [["[data-tabster-dummy]"]] },
      { resultTypes: ["violations"] },
    );
    return violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`,
    );
  }, axe);
}
