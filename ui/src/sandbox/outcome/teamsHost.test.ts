import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openPopup } from "./popup";
import { reachable, serveTeamsPage, type TeamsHost } from "./teamsHost";

const origin = "http://localhost:8080";

/** A window of the app: what the host posts to it is kept. */
class Page {
  closed = false;
  readonly got: { message: Record<string, unknown>; origin: string }[] = [];
  postMessage(message: Record<string, unknown>, to: string) {
    this.got.push({ message, origin: to });
  }
  focus() {}
  close() {
    this.closed = true;
  }
}

async function say(page: Page, data: unknown, from = origin): Promise<void> {
  window.dispatchEvent(
    new MessageEvent("message", { data, origin: from, source: page as unknown as Window }),
  );
  await Promise.resolve();
  await Promise.resolve();
}

describe("the host's side of teams-js", () => {
  let page: Page;
  let host: TeamsHost;
  beforeEach(() => {
    page = new Page();
    host = serveTeamsPage({
      page: () => page as unknown as Window,
      origins: [origin],
      frame: "task",
      context: { locale: "en", theme: "dark" },
      handlers: { refused: () => [false, "no"], silent: () => undefined },
    });
  });
  afterEach(() => host.close());

  it("answers initialize with the place, the client and what is supported", async () => {
    await say(page, { id: 0, uuidAsString: "u", func: "initialize", args: ["2.58.0", 4, null] });
    const message = page.got[0]?.message ?? {};
    expect(message).toMatchObject({ id: 0, uuidAsString: "u" });
    const [frame, client, runtime] = message.args as string[];
    expect([frame, client]).toEqual(["task", "web"]);
    expect(JSON.parse(runtime ?? "")).toMatchObject({ apiVersion: 4, supports: { dialog: { url: {} } } });
    expect(page.got[0]?.origin).toBe(origin);
  });

  it("answers getContext, own handlers, and nothing to what it does not know", async () => {
    await say(page, { id: 1, func: "getContext", args: [] });
    await say(page, { id: 2, func: "refused", args: [] });
    await say(page, { id: 3, func: "silent" });
    await say(page, { id: 4, func: "toString", args: [] });
    await say(page, { id: 5, func: "unknown", args: [] });
    expect(page.got.map(({ message }) => message.args)).toEqual([
      [{ locale: "en", theme: "dark", frameContext: "task" }],
      [false, "no"],
    ]);
  });

  it("listens to its own page on its own origin only", async () => {
    await say(page, { id: 1, func: "getContext" }, "http://evil.example");
    await say(new Page(), { id: 1, func: "getContext" });
    for (const odd of [
      null,
      "text",
      { func: "getContext" },
      { id: 1 },
      { id: 1, func: "getContext", args: "x" },
    ])
      await say(page, odd);
    expect(page.got).toEqual([]);
  });

  it("tells a page that has spoken, and stops when closed", async () => {
    host.send("themeChange", "dark");
    expect(page.got).toEqual([]);
    await say(page, { id: 1, func: "getContext" });
    host.send("themeChange", "dark");
    expect(page.got.at(-1)).toEqual({ message: { func: "themeChange", args: ["dark"] }, origin });
    host.close();
    await say(page, { id: 2, func: "getContext" });
    expect(page.got).toHaveLength(2);
  });

  it("opens links of the web apart, and no others", async () => {
    const open = vi.fn();
    vi.stubGlobal("open", open);
    await say(page, { id: 1, func: "executeDeepLink", args: ["https://zoom.us/j/1"] });
    await say(page, { id: 2, func: "executeDeepLink", args: ["zoommtg://zoom.us/join"] });
    expect(open).toHaveBeenCalledExactlyOnceWith("https://zoom.us/j/1", "_blank", "noopener");
    expect(page.got.map(({ message }) => message.args)).toEqual([
      [true, null],
      [true, null],
    ]);
  });
});

it("maps https on loopback to http, and leaves the rest", () => {
  expect(reachable("https://localhost:8080/tab")).toBe("http://localhost:8080/tab");
  expect(reachable("https://127.0.0.1:8080/")).toBe("http://127.0.0.1:8080/");
  expect(reachable("https://causeway.example/tab")).toBe("https://causeway.example/tab");
});

describe("a pop-up", () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
    vi.useFakeTimers();
    vi.stubGlobal("open", () => page);
  });
  afterEach(() => vi.useRealTimers());

  it("ends with what the page says, and is closed", async () => {
    const popup = openPopup(`${origin}/connect/i1`, []);
    await say(page, { id: 0, func: "initialize", args: ["2.58.0", 4, []] });
    expect(page.got[0]?.message).toMatchObject({
      args: ["authentication", "web", expect.any(String), "2.0.1"],
    });
    await say(page, { id: 1, func: "authentication.authenticate.success", args: ["code"] });
    expect(await popup?.ended).toEqual({ kind: "success", result: "code" });
    expect(page.closed).toBe(true);
  });

  it("does not believe another origin, though it is the same window", async () => {
    const popup = openPopup(`${origin}/connect/i1`, []);
    await say(
      page,
      { id: 1, func: "authentication.authenticate.success", args: ["stolen"] },
      "http://127.0.0.1:8082",
    );
    await say(page, { id: 1, func: "authentication.authenticate.failure", args: ["no"] });
    expect(await popup?.ended).toEqual({ kind: "failure", reason: "no" });
  });

  it("ends when the person closes it, or we do", async () => {
    const popup = openPopup(`${origin}/connect/i1`, []);
    page.closed = true;
    await vi.advanceTimersByTimeAsync(500);
    expect(await popup?.ended).toEqual({ kind: "closed" });
    page = new Page();
    const other = openPopup(`${origin}/connect/i1`, []);
    other?.close();
    expect(await other?.ended).toEqual({ kind: "closed" });
  });

  it("is undefined when the browser blocks it", () => {
    vi.stubGlobal("open", () => null);
    expect(openPopup(`${origin}/connect/i1`, [])).toBeUndefined();
  });
});

// The vendor's own library, recorded while it spoke to a host: every call that has an answer in the recording has one here.
const recordings = join(
  process.env.SPECS_DIR ?? join(import.meta.dirname, "../../../../../shared/specs"),
  "microsoft/samples/wire-cross-origin.json",
);
if (process.env.CI && !existsSync(recordings)) throw new Error(`no recordings at ${recordings}`);
it.skipIf(!existsSync(recordings))(
  "answers the recorded calls of the connect pop-up as the recorded host did",
  async () => {
    type Wire = { dir: string; id?: number; func?: string; args: unknown[] };
    const wire = JSON.parse(readFileSync(recordings, "utf8")) as Wire[];
    const page = new Page();
    vi.stubGlobal("open", () => page);
    const popup = openPopup(`${origin}/connect/i1`, []);
    for (const message of wire.filter(({ dir }) => dir === "authentication->host")) await say(page, message);
    const recorded = wire.find(({ dir }) => dir === "host->authentication");
    const [frame, client, , sdk] = recorded?.args ?? [];
    expect(page.got).toHaveLength(1);
    expect(page.got[0]?.message).toMatchObject({ id: recorded?.id });
    expect(page.got[0]?.message.args).toEqual([frame, client, expect.any(String), sdk]);
    expect(await popup?.ended).toEqual({ kind: "success", result: "abc123" });
  },
);
