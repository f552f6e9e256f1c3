// What a person does in the sandbox's Teams, as a browser test says it.

import { expect, type Page, test } from "@playwright/test";
import { choose, expectAccessible, settled, type Theme } from "./browser";
import { look } from "./look";

/** The addresses of the sandbox that a story is told in. */
export interface World {
  teams: string;
  product: string;
}

export const world = () => test.info().project.metadata as World;
const control = () => `${world().teams}/sandbox/v1`;

export interface LedgerRow {
  seq: number;
  side: string;
  effect: string;
  subject: string;
  by: string;
  detail: Record<string, string>;
}

/** The effects that both platforms had since `after`. */
export async function effects(after = 0): Promise<LedgerRow[]> {
  const answer = await fetch(`${control()}/ledger?after=${after}`);
  return ((await answer.json()) as { rows: LedgerRow[] }).rows;
}

/** Calls the control API: "POST zoom/people/ana/meetings". */
export async function act(call: string, body: unknown = {}): Promise<unknown> {
  const [method = "GET", path] = call.split(" ");
  const answer = await fetch(`${control()}/${path}`, {
    method,
    ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${call}: ${answer.status}`).toBe(true);
  return answer.status === 204 ? undefined : answer.json();
}

export async function lastEffect(): Promise<number> {
  return (await effects()).at(-1)?.seq ?? 0;
}

export class Teams {
  constructor(
    readonly page: Page,
    readonly person: string,
    readonly phone: boolean,
    /** What begins the names of this person's screenshots. */
    private readonly name: string,
  ) {}

  static async open(page: Page, person: string, theme: Theme, phone: boolean, name: string): Promise<Teams> {
    if (phone) await page.setViewportSize({ width: 390, height: 844 });
    await choose(page, theme);
    return new Teams(page, person, phone, name);
  }

  /** Goes to a page of Teams: "chat/launch", "calendar". */
  async go(place: string): Promise<void> {
    await this.page.goto(`${world().teams}/#/${this.person}/${place}`);
    await expect(this.page.getByRole("main")).toBeVisible();
  }

  async command(title: string): Promise<void> {
    await this.page.getByRole("button", { name: "Causeway commands" }).last().click();
    await this.page.getByRole("menuitem", { name: title }).click();
  }

  dialog() {
    return this.page.getByRole("dialog");
  }

  /** Presses the sign-in button and walks through the window that opens: Zoom, then Microsoft, then back. */
  async connect(): Promise<void> {
    await this.check("sign-in", "Sign in to use Causeway");
    const opened = this.page.waitForEvent("popup");
    await this.dialog()
      .getByRole("button", { name: /Connect/ })
      .click();
    const popup = await opened;
    await this.allow(popup);
    if (!popup.isClosed()) await popup.waitForEvent("close");
  }

  /** Allows at Zoom and at Microsoft, as this person, in a window that is at the beginning of a linking. */
  async allow(popup: Page): Promise<void> {
    await expect(popup.getByText("wants to use your Zoom account")).toBeVisible();
    await popup.locator(`input[type=radio][value^="${this.person}."][value$="@meridian.example"]`).check();
    await look(popup, `${this.name}-zoom-consent`);
    await expectAccessible(popup);
    await popup.getByRole("button", { name: "Allow" }).click();
    await this.allowMicrosoft(popup);
  }

  /** Allows at Microsoft, as this person, in a window that is there. */
  async allowMicrosoft(popup: Page): Promise<void> {
    const account = popup.getByRole("heading", { name: "Pick an account" });
    const consent = popup.getByRole("heading", { name: "Permissions requested" });
    await expect(account.or(consent)).toBeVisible();
    if (await account.isVisible()) {
      await look(popup, `${this.name}-microsoft-account`);
      await expectAccessible(popup);
      await popup.locator(`button[name=account][value="${this.person}"]`).click();
      await expect(consent).toBeVisible();
    }
    await look(popup, `${this.name}-microsoft-consent`);
    await expectAccessible(popup);
    await popup.getByRole("button", { name: "Accept" }).click();
  }

  /** Waits for words on the page, if any, then looks at it and checks it for everybody. */
  async check(name: string, words?: string | RegExp): Promise<void> {
    if (words) await expect(this.page.getByText(words).last()).toBeVisible();
    await expect(this.page.locator(".fui-Skeleton")).toHaveCount(0);
    await settled(this.page);
    await look(this.page, `${this.name}-${name}`);
    await expectAccessible(this.page);
  }
}
