// Serves the built tab as the product does, with its API answered by the stub, inside a bare Teams: a page with a frame that speaks
// the host's side of teams-js. What the tab asked of Teams stands in window.asked of that page.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";
import { expect, type Frame, type Page } from "@playwright/test";
import { Stub } from "../src/tab/testing/stub";
import { browserTest, type Theme } from "./browser";

const dist = join(import.meta.dirname, "..", "dist");
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface TeamsLooks {
  theme?: Theme;
  locale?: string;
  client?: "web" | "desktop" | "android" | "ios";
  subPageId?: string;
  /** The reason for which Teams gives no token. */
  noToken?: string;
  /** The tab stands in a chat, or is about to be added to it. */
  chat?: "content" | "settings";
}

export interface Tabbed {
  stub: Stub;
  product: string;
  /** Lets another page than the bare Teams show the tab. */
  allow(origin: string): void;
  /** Opens Teams on the tab, and answers the tab's frame. */
  open(page: Page, looks?: TeamsLooks): Promise<Frame>;
  /** Says that something changed. */
  say(topic: string): void;
}

export const test = browserTest.extend<{ tabbed(): Promise<Tabbed> }>({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it uses by destructuring.
  tabbed: async ({}, use) => {
    const servers: Server[] = [];
    await use(async () => {
      const stub = new Stub();
      const streams = new Set<ServerResponse>();
      const teams = await listening(servers, async (_request, response) => {
        response.writeHead(200, { "Content-Type": types[".html"] });
        response.end(hostPage);
      });
      const origins = [teams];
      const product = await listening(servers, (request, response) =>
        answer(stub, streams, origins.join(" "), request, response),
      );
      return {
        stub,
        product: product.replace("127.0.0.1", "localhost"),
        allow: (origin) => origins.push(origin),
        say: (topic) => {
          for (const stream of streams) stream.write(`event: ${topic}\ndata: {}\n\n`);
        },
        open: async (page, looks = {}) => {
          const wanted = new URLSearchParams({ tab: `${product}/tab`, looks: JSON.stringify(looks) });
          await page.goto(`${teams}/?${wanted}`);
          const element = await page.waitForSelector("iframe");
          const frame = await element.contentFrame();
          if (!frame) throw new Error("the tab has no frame");
          await frame.waitForSelector("[data-theme]");
          return frame;
        },
      };
    });
    for (const server of servers) server.closeAllConnections();
  },
});

/** What the tab asked Teams for: "executeDeepLink https://…". */
export async function asked(page: Page, func: string): Promise<string[]> {
  return page.evaluate(
    (name) =>
      (window as unknown as { asked: { func: string; args: unknown[] }[] }).asked
        .filter((one) => one.func === name)
        .map(({ args }) => String(args[0])),
    func,
  );
}

export async function sideways(frame: Frame): Promise<boolean> {
  return frame.evaluate(() => {
    const scroll = document.getElementById("scroll") ?? document.documentElement;
    return scroll.scrollWidth > scroll.clientWidth + 1;
  });
}

export async function ready(frame: Frame, text: string | RegExp): Promise<void> {
  await expect(frame.getByText(text).first()).toBeVisible();
  await expect(frame.locator(".fui-Skeleton")).toHaveCount(0);
}

async function listening(
  servers: Server[],
  handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(
  stub: Stub,
  streams: Set<ServerResponse>,
  teams: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? "/", "http://product").pathname;
  if (path === "/api/events") {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
    streams.add(response);
    request.on("close", () => streams.delete(response));
  } else if (path.startsWith("/api/")) {
    let text = "";
    for await (const chunk of request) text += chunk;
    const body = text ? (JSON.parse(text) as unknown) : undefined;
    const told = await stub.answer(request.method ?? "GET", (request.url ?? "").slice("/api".length), body);
    response.writeHead(told.status, { "Content-Type": "application/json", ...told.headers });
    response.end(JSON.stringify(told.body));
  } else if (path === "/tab") {
    const nonce = Math.random().toString(36).slice(2);
    const page = await readFile(join(dist, "tab.html"), "utf8");
    response.writeHead(200, {
      "Content-Type": types[".html"],
      "Content-Security-Policy": `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors ${teams}`,
    });
    response.end(page.replaceAll("__NONCE__", nonce).replaceAll("__TEAMS_ORIGINS__", teams));
  } else {
    await asset(path, response);
  }
}

async function asset(path: string, response: ServerResponse): Promise<void> {
  const folder = path.startsWith("/assets/tab/") ? join(dist, "tab") : dist;
  try {
    const content = await readFile(join(folder, basename(path)));
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream" });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

/** A token that says until when it counts, and nothing else. */
const token = `x.${Buffer.from(JSON.stringify({ exp: 4_000_000_000 })).toString("base64url")}.x`;

const hostPage = `<!doctype html><html lang="en"><title>Teams</title>
<style>html,body{margin:0;height:100%;overflow:hidden}iframe{border:0;width:100%;height:100%;display:block}</style>
<body><script>
const query = new URLSearchParams(location.search);
const looks = JSON.parse(query.get("looks") || "{}");
const themes = { light: "default", dark: "dark", contrast: "contrast" };
window.asked = [];
const runtime = { apiVersion: 4, hostVersionsInfo: {}, isLegacyTeams: false, supports: { pages: { backStack: {}, config: {}, currentApp: {}, tabs: {} } } };
const handlers = {
  initialize: () => [looks.chat || "content", looks.client || "web", JSON.stringify(runtime), "2.58.0"],
  getContext: () => [{ locale: looks.locale || "en-gb", theme: themes[looks.theme || "light"], hostClientType: looks.client || "web",
    hostName: "Teams", frameContext: looks.chat || "content", ...(looks.chat ? { chatId: "19:launch@thread.v2" } : {}), entityId: "meetings", subEntityId: looks.subPageId, userDisplayName: "Ana Duarte", tid: "t", userObjectId: "o" }],
  "authentication.getAuthToken": () => looks.noToken ? [false, looks.noToken] : [true, ${JSON.stringify(token)}],
  "authentication.authenticate": () => window.closes ? [false, "CancelledByUser"] : [true, "code"],
  executeDeepLink: () => [true],
};
addEventListener("message", (event) => {
  const { id, uuidAsString, func, args = [] } = event.data;
  window.asked.push({ func, args });
  const answer = handlers[func] && handlers[func](...args);
  if (answer) event.source.postMessage({ id, uuidAsString, args: answer }, event.origin);
});
window.tell = (func, ...args) => document.querySelector("iframe").contentWindow.postMessage({ func, args }, new URL(query.get("tab")).origin);
const frame = document.createElement("iframe");
frame.title = "Causeway";
frame.allow = "clipboard-write";
frame.src = query.get("tab");
document.body.append(frame);
</script></body></html>`;
