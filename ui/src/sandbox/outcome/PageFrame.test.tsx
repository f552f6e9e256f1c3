import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { PreferencesProvider } from "../preferences";
import { people } from "../testing/seed";
import { PageFrame } from "./PageFrame";

const origin = "http://localhost:8080";
const [ana] = people;

interface Answered {
  id?: number;
  func?: string;
  args: unknown[];
}

/** A tab in its frame: what it says to Teams, and what it hears. */
function openFrame(layout = "auto") {
  localStorage.setItem("causeway-sandbox", JSON.stringify({ theme: "dark", language: "fr", layout }));
  const foreign = vi.fn();
  render(
    <PreferencesProvider>
      <PageFrame
        url="https://localhost:8080/tab"
        title="Meetings"
        frame="content"
        origins={[origin]}
        person={ana as NonNullable<typeof ana>}
        context={{ entityId: "meetings", subEntityId: "m/7" }}
        onForeignLink={foreign}
      />
    </PreferencesProvider>,
  );
  const frame = screen.getByTitle<HTMLIFrameElement>("Meetings");
  const page = frame.contentWindow as Window;
  const heard: Answered[] = [];
  vi.spyOn(page, "postMessage").mockImplementation((message: unknown) => {
    heard.push(message as Answered);
  });
  let id = 0;
  const ask = async (func: string, ...args: unknown[]): Promise<unknown[]> => {
    const mine = id++;
    window.dispatchEvent(
      new MessageEvent("message", { data: { id: mine, func, args }, origin, source: page }),
    );
    await waitFor(() => expect(heard.some((one) => one.id === mine)).toBe(true));
    return heard.find((one) => one.id === mine)?.args ?? [];
  };
  return { frame, ask, heard, foreign };
}

const fetched = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();

beforeEach(() => {
  window.location.hash = "#/ana/apps/app/meetings";
  fetched.mockReset().mockResolvedValue(new Response('{"token":"JWT"}'));
  vi.stubGlobal("fetch", fetched);
});

describe("a tab in its frame", () => {
  it("is opened on loopback by http, and may write to the clipboard", () => {
    const { frame } = openFrame();
    expect([frame.src, frame.getAttribute("allow")]).toEqual([
      "http://localhost:8080/tab",
      "clipboard-write",
    ]);
  });

  it("learns who looks, how it looks, and which page is asked for", async () => {
    const { ask } = openFrame();
    expect(await ask("getContext")).toEqual([
      expect.objectContaining({
        locale: "fr-FR",
        osLocaleInfo: { timezone: "Europe/London" },
        theme: "dark",
        hostClientType: "web",
        entityId: "meetings",
        subEntityId: "m/7",
        userObjectId: "oid-of-ana",
        tid: "tenant-of-meridian",
        loginHint: "ana@meridian.example",
        userDisplayName: "Ana Duarte",
      }),
    ]);
  });

  it("is on a phone when that layout is chosen", async () => {
    const { ask } = openFrame("phone");
    expect((await ask("initialize", "2.58.0", 4, null))[1]).toBe("android");
    expect((await ask("getContext"))[0]).toMatchObject({ hostClientType: "android" });
  });

  it("gets a token of the person for the resource that it names, or the word for why not", async () => {
    const { ask } = openFrame();
    expect(await ask("authentication.getAuthToken", null, null, null, null)).toEqual([true, "JWT"]);
    expect(fetched.mock.calls[0]?.[0]).toBe("/sandbox/v1/people/ana/token");
    expect(fetched.mock.calls[0]?.[1].body).toBe("{}");
    fetched.mockResolvedValue(
      new Response('{"error":{"code":"resourceRequiresConsent","message":"Nobody has consented."}}', {
        status: 403,
      }),
    );
    expect(await ask("authentication.getAuthToken", ["api://x"], null, null, null)).toEqual([
      false,
      "resourceRequiresConsent",
    ]);
    expect(fetched.mock.calls[1]?.[1].body).toBe('{"resource":"api://x"}');
  });

  it("opens the web apart, its own pages here, and says what a computer would open", async () => {
    const open = vi.fn();
    vi.stubGlobal("open", open);
    const { ask, foreign } = openFrame();
    expect(await ask("executeDeepLink", "https://zoom.us/j/1")).toEqual([true, null]);
    expect(open).toHaveBeenCalledExactlyOnceWith("https://zoom.us/j/1", "_blank", "noopener");
    await ask("executeDeepLink", "zoommtg://zoom.us/join");
    expect(foreign).toHaveBeenCalledExactlyOnceWith("zoommtg://zoom.us/join");
    expect(await ask("pages.navigateToApp", { appId: "app", pageId: "meetings", subPageId: "m/9" })).toEqual([
      true,
    ]);
    expect(window.location.hash).toBe(`#/ana/apps/${encodeURIComponent("app/meetings/m/9")}`);
    expect(await ask("pages.navigateToApp", { appId: 1 })).toEqual([false, "invalid"]);
  });
});

// teams-js 2.58 in a tab, recorded while it spoke to a host: what the product's tab uses of it is answered in the same shape.
const recording = join(
  process.env.SPECS_DIR ?? join(import.meta.dirname, "../../../../../shared/specs"),
  "microsoft/samples/teams-js-2.58-host-protocol.recorded.json",
);
if (process.env.CI && !existsSync(recording)) throw new Error(`no recording at ${recording}`);
it.skipIf(!existsSync(recording))(
  "answers the recorded calls of a tab as the recorded host did",
  async () => {
    type Recorded = { dir: string; msg: { id: number; func?: string; args: unknown[] } };
    const recorded = JSON.parse(readFileSync(recording, "utf8")) as Recorded[];
    const answers = new Map(
      recorded.filter(({ dir }) => dir === "host->app").map(({ msg }) => [msg.id, msg.args]),
    );
    vi.stubGlobal("open", () => null);
    const { ask } = openFrame();
    const used = ["initialize", "getContext", "authentication.getAuthToken", "executeDeepLink"];
    for (const { msg } of recorded.filter(
      ({ dir, msg }) => dir === "app->host" && used.includes(msg.func ?? ""),
    )) {
      const got = await ask(msg.func ?? "", ...msg.args);
      const wanted = answers.get(msg.id) ?? [];
      expect(shape(got.slice(0, wanted.length)), msg.func).toEqual(shape(wanted));
      if (msg.func === "getContext") {
        const [context, like] = [got[0], wanted[0]] as [object, object];
        const unknown = ["sessionId", "appSessionId"];
        expect(Object.keys(context)).toEqual(
          expect.arrayContaining(Object.keys(like).filter((name) => !unknown.includes(name))),
        );
      }
    }
  },
);

const shape = (args: unknown[]) => args.map((arg) => (arg === null ? "null" : typeof arg));
