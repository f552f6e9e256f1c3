// What a person does in the product's tab, in the sandbox's Teams.

import { expect, type Frame, type FrameLocator, type Page } from "@playwright/test";
import { expectAccessible, settled, type Theme } from "./browser";
import { sideways } from "./tabbed";
import { Teams } from "./teams";

export interface Wanted {
  date: string;
  time: string;
  invite?: string;
  /** How many weeks it repeats. */
  weeks?: number;
}

export class Tab {
  readonly frame: FrameLocator;

  private constructor(readonly teams: Teams) {
    this.frame = teams.page.frameLocator("main iframe");
  }

  /** Opens the tab of an app that the person has. */
  static async open(page: Page, person: string, theme: Theme, name: string, phone = false): Promise<Tab> {
    const tab = new Tab(await Teams.open(page, person, theme, phone, name));
    await tab.teams.go("apps");
    await page.getByRole("main").getByRole("button", { name: "Open" }).click();
    await expect(tab.frame.getByRole("heading", { level: 1 })).toBeVisible();
    return tab;
  }

  /** The tab that stands in a chat or channel, once it is opened there. */
  static in(teams: Teams): Tab {
    return new Tab(teams);
  }

  /** The document of the tab. */
  async content(): Promise<Frame> {
    const frame = await (await this.teams.page.waitForSelector("main iframe")).contentFrame();
    if (!frame) throw new Error("the tab has no frame");
    return frame;
  }

  async press(name: string | RegExp): Promise<void> {
    await this.frame.getByRole("button", { name, exact: true }).click();
  }

  async inDialog(name: string): Promise<void> {
    await this.frame.getByRole("dialog").getByRole("button", { name, exact: true }).click();
  }

  /** Connects by the window: Zoom, then Microsoft. */
  async connect(): Promise<void> {
    await this.check("connect", "Zoom meetings, inside Teams");
    const opened = this.teams.page.waitForEvent("popup");
    await this.press("Connect Zoom");
    const popup = await opened;
    await this.teams.allow(popup);
    if (!popup.isClosed()) await popup.waitForEvent("close");
    await expect(this.frame.getByRole("button", { name: /^Start now/ })).toBeVisible();
  }

  async home(): Promise<void> {
    await this.press("Back");
    await expect(this.frame.getByRole("button", { name: /^Start now/ })).toBeVisible();
  }

  /** Schedules from the first page, and ends on the meeting's. */
  async schedule(topic: string, { date, time, invite, weeks }: Wanted): Promise<void> {
    await this.press("Schedule Here in Teams");
    await this.frame.getByLabel("Topic").fill(topic);
    await this.frame.getByLabel(/^Date/).fill(date);
    await this.frame.getByLabel(/^Time(?! zone)/).fill(time);
    if (weeks) {
      await this.frame.getByLabel("Repeats").selectOption("weekly");
      await this.frame.getByLabel("Number of meetings").fill(String(weeks));
    }
    if (invite) {
      const people = this.frame.getByRole("combobox", { name: "Invite" });
      await people.fill(invite);
      await people.press("Enter");
      await people.press("Tab");
    }
    await this.check(`form-${topic}`, "More options");
    await this.press("Schedule");
    await expect(this.frame.getByRole("heading", { level: 1, name: topic })).toBeVisible();
  }

  /** Waits for words in the tab, then looks at everything and checks it for everybody. */
  async check(name: string, words: string | RegExp): Promise<void> {
    await expect(this.frame.getByText(words).first()).toBeVisible();
    await expect(this.frame.locator(".fui-Skeleton")).toHaveCount(0);
    const frame = await this.content();
    await settled(frame);
    await expectAccessible(frame);
    expect(await sideways(frame), `${name} scrolls sideways`).toBe(false);
    await this.teams.check(name);
  }
}
