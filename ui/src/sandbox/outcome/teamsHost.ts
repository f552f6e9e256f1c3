// The host side of the teams-js protocol (2.x): answers a page in a frame or in a pop-up window.
// A page posts {id, uuidAsString, func, args}; the host answers {id, uuidAsString, args} and may send {func, args}.

import { openLink } from "./teamsLink";

export type FrameContext = "content" | "settings" | "task" | "authentication";

interface Request {
  id: number;
  uuidAsString?: string;
  func: string;
  args?: unknown[];
}

/** What a page asked for: its arguments in, the reply's arguments out; undefined sends no reply. */
export type Handler = (...args: unknown[]) => unknown[] | undefined | Promise<unknown[] | undefined>;

export interface HostOptions {
  page(): Window | null | undefined;
  /** Exact origins that are listened to; the page may only speak from these. */
  origins: readonly string[];
  frame: FrameContext;
  /** The kind of Teams that it says to be; "web" when left out. */
  client?: "web" | "android";
  context?: Record<string, unknown>;
  handlers: Record<string, Handler>;
}

const runtime = {
  apiVersion: 4,
  isNAAChannelRecommended: false,
  isDeeplyNestedAuthSupported: false,
  isLegacyTeams: false,
  hostVersionsInfo: { adaptiveCardSchemaVersion: { majorVersion: 1, minorVersion: 5 } },
  supports: {
    dialog: { card: { bot: {} }, update: {}, url: { bot: {} } },
    pages: { backStack: {}, config: {}, currentApp: {}, tabs: {} },
  },
};
const supportedSdk = "2.0.1";

export interface TeamsHost {
  /** Tells the page something that it did not ask for, once it has spoken. */
  send(func: string, ...args: unknown[]): void;
  close(): void;
}

export function serveTeamsPage(options: HostOptions): TeamsHost {
  let origin: string | undefined;
  const handlers: Record<string, Handler> = {
    initialize: () => [options.frame, options.client ?? "web", JSON.stringify(runtime), supportedSdk],
    getContext: () => [{ ...options.context, frameContext: options.frame }],
    executeDeepLink: (url) => {
      openLink(String(url));
      return [true, null];
    },
    ...options.handlers,
  };
  const listen = async (event: MessageEvent<unknown>) => {
    const page = options.page();
    if (!page || event.source !== page || !options.origins.includes(event.origin)) return;
    const request = asRequest(event.data);
    const handler = request && Object.hasOwn(handlers, request.func) ? handlers[request.func] : undefined;
    if (!request || !handler) return;
    origin = event.origin;
    const args = await handler(...(request.args ?? []));
    if (args) page.postMessage({ id: request.id, uuidAsString: request.uuidAsString, args }, event.origin);
  };
  window.addEventListener("message", listen);
  return {
    send: (func, ...args) => origin && options.page()?.postMessage({ func, args }, origin),
    close: () => window.removeEventListener("message", listen),
  };
}

function asRequest(data: unknown): Request | undefined {
  if (data === null || typeof data !== "object") return undefined;
  const { id, func, args } = data as Partial<Request>;
  if (typeof id !== "number" || typeof func !== "string") return undefined;
  return args === undefined || Array.isArray(args) ? (data as Request) : undefined;
}

/** teams-js insists on https; on loopback the page behind such an address speaks http. */
export function reachable(url: string): string {
  const parsed = new URL(url);
  if (parsed.protocol === "https:" && ["localhost", "127.0.0.1"].includes(parsed.hostname))
    parsed.protocol = "http:";
  return parsed.href;
}
