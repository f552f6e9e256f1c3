import { expect, mergeTests, type Page } from "@playwright/test";
import { choose, expectAccessible, settled } from "./browser";
import { look } from "./look";
import { test as stubbedTest } from "./stubbed";
import { test as tabbedTest } from "./tabbed";

// The tab in the Teams-like page, on another origin, both by the unmodified teams-js: each on stubbed answers.
const test = mergeTests(stubbedTest, tabbedTest);

for (const [layout, frame] of [
  ["desktop", "auto"],
  ["phone", "phone"],
] as const) {
  test(`the tab lives in the Teams-like page, ${layout}`, async ({ page, serve, tabbed }) => {
    await page.clock.setFixedTime(new Date("2026-03-04T09:40:00Z"));
    const product = await tabbed();
    const { url, stub } = await serve({ productUrl: product.product });
    product.allow(url);
    await choose(page, "light", "en", frame);
    await page.goto(`${url}/#/ana/chat/launch`);
    await openApp(page, layout === "phone");
    const tab = page.frameLocator("iframe[title=Meetings]");
    await expect(tab.getByRole("heading", { name: "Monday 9 March" })).toBeVisible();
    await settled(page);
    await look(page, `hosted-${layout}`);
    await expectAccessible(page);
    expect(stub.calls.some(({ method, path }) => method === "POST" && path === "/people/ana/token")).toBe(
      true,
    );

    const phone = layout === "phone";
    await expect(
      tab.getByRole("button", { name: phone ? "Share screen On a computer" : "Share screen Opens Zoom" }),
    ).toBeVisible();
    const opened = page.waitForEvent("popup");
    await tab.getByRole("button", { name: /^Join “Company day/ }).click();
    expect((await opened).url()).toMatch(/^https:\/\/meridian\.zoom\.example|^chrome-error|^about:blank/);

    await page.getByRole("button", { name: "Theme, language and layout" }).click();
    await page.getByRole("menuitemradio", { name: "Dark" }).click();
    await page.keyboard.press("Escape");
    await expect(tab.locator("[data-theme=dark]")).toBeVisible();

    await page.evaluate(() => {
      const link = document.createElement("a");
      const context = encodeURIComponent('{"subEntityId":"m/m5"}');
      link.href = `https://teams.microsoft.com/l/entity/app1/meetings?context=${context}`;
      document.body.append(link);
      link.click();
      link.remove();
    });
    await expect(tab.getByRole("heading", { level: 1, name: "Weekly planning" })).toBeVisible();
    await settled(page);
    await look(page, `hosted-meeting-${layout}`);
  });
}

async function openApp(page: Page, phone: boolean): Promise<void> {
  const rail = page.getByRole("navigation", { name: "Pages" });
  if (phone) {
    await rail.getByRole("button", { name: "More" }).click();
    await page.getByRole("menuitem", { name: "Causeway" }).click();
  } else {
    await rail.getByRole("button", { name: "Causeway" }).click();
  }
}
