import { defineConfig } from "@playwright/test";
import { browser } from "./e2e/chromium";

// The host page and the tab, each alone on stubbed answers: looks, keyboard, accessibility. Needs `npm run build` first.
export default defineConfig({
  testDir: "e2e",
  testMatch: ["page.spec.ts", "tab.spec.ts", "hostile.spec.ts", "hosted.spec.ts"],
  fullyParallel: true,
  workers: 2,
  timeout: 120_000, // a busy machine fails no test
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: { ...browser, viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "Europe/London" },
});
