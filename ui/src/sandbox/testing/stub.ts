// Answers the control API from the seed, so that the page can be tested and looked at without a world.

import type { Outcome } from "../api";
import * as seed from "./seed";

export interface StubAnswer {
  status: number;
  body: unknown;
}

export interface StubOptions {
  /** Nothing in it: no chats, no apps, no mail. */
  empty?: boolean;
  /** Paths (as regular expressions) that answer 500. */
  failing?: RegExp;
  /** The first command asks to sign in. */
  signIn?: boolean;
  /** Where the product of this world is. */
  productUrl?: string;
}

export interface Call {
  method: string;
  path: string;
  body: unknown;
}

type Route = (match: RegExpExecArray, body: Record<string, unknown>, query: URLSearchParams) => unknown;

export class Stub {
  readonly calls: Call[] = [];
  private outcomes: Outcome[] = [];
  private state;

  constructor(private options: StubOptions = {}) {
    this.state = {
      now: seed.start.toISOString(),
      zoomApproved: !options.empty,
      packageUploaded: !options.empty,
      consented: !options.empty,
      productUrl: options.productUrl ?? "http://localhost:8080",
      zoomUrl: "http://127.0.0.1:8082",
    };
  }

  /** What the next calls that end in an outcome answer. */
  next(...outcomes: Outcome[]): void {
    this.outcomes.push(...outcomes);
  }

  /** The answer to METHOD /path?query (without /sandbox/v1). */
  answer(method: string, url: string, body: unknown): StubAnswer {
    const { pathname, searchParams } = new URL(url, "http://sandbox");
    this.calls.push({ method, path: pathname, body });
    if (this.options.failing?.test(pathname)) {
      return { status: 500, body: { error: { code: "internal", message: "The world stumbled." } } };
    }
    for (const [pattern, route] of this.routes) {
      const match = new RegExp(`^${pattern}$`).exec(`${method} ${pathname}`);
      if (match)
        return { status: 200, body: route(match, (body ?? {}) as Record<string, unknown>, searchParams) };
    }
    return { status: 404, body: { error: { code: "not_found", message: `No ${method} ${pathname} here.` } } };
  }

  /** The app, with its tab where the product is. */
  private app() {
    const tabs = seed.app.tabs.map((tab) => ({ ...tab, url: `${this.state.productUrl}/tab` }));
    return { ...seed.app, tabs };
  }

  private outcome(usual: Outcome): Outcome {
    return this.outcomes.shift() ?? usual;
  }

  private some<T>(list: T[]): T[] {
    return this.options.empty ? [] : list;
  }

  private readonly routes: [string, Route][] = [
    ["GET /state", () => this.state],
    ["GET /people", () => ({ people: seed.people })],
    ["GET /people/[^/]+/apps", () => ({ apps: this.some([this.app()]) })],
    ["POST /people/[^/]+/token", () => ({ token: "e30.e30.e30" })],
    ["GET /people/[^/]+/chats", () => ({ chats: this.some(seed.chats) })],
    [
      "GET /people/[^/]+/chats/([^/]+)/messages",
      ([, chat]) => ({ messages: this.some(seed.messages[chat ?? ""] ?? []) }),
    ],
    ["GET /people/[^/]+/calendar", () => ({ events: this.some(seed.events) })],
    ["GET /rooms", () => ({ rooms: seed.rooms })],
    ["GET /people/[^/]+/mail", () => ({ mail: this.some(seed.mail) })],
    [
      "GET /people/[^/]+/feed",
      () => ({
        feed: this.some([
          {
            id: "f1",
            at: seed.start.toISOString(),
            from: "Causeway",
            text: "Ana Duarte invited you to Launch review",
            chat: "bot",
          },
        ]),
      }),
    ],
    ["GET /ledger", (_match, _body, query) => ({ rows: this.some(after(seed.ledger, query)) })],
    ["GET /traffic", (_match, _body, query) => ({ rows: this.some(after(seed.traffic, query)) })],
    [
      "GET /faults",
      () => ({
        faults: this.some([
          {
            id: "f1",
            side: "zoom",
            route: "POST /v2/users/me/meetings",
            when: "after",
            status: 500,
            count: 1,
          },
        ]),
      }),
    ],
    [
      "GET /zoom/client",
      () => ({
        meetings: this.some([
          {
            id: "85212345678",
            topic: "Launch review",
            host: "ana",
            state: "started",
            participants: [{ name: "Ana Duarte" }],
          },
        ]),
      }),
    ],
    ["POST /people/[^/]+/chats/[^/]+/messages", () => ({ message: {} })],
    [
      "POST /people/[^/]+/chats/[^/]+/commands/([^/]+)",
      ([, command]) =>
        this.outcome(
          command === "find"
            ? {
                type: "result",
                attachments: [
                  {
                    contentType: "application/vnd.microsoft.card.adaptive",
                    content: seed.meetingCard,
                    preview: {
                      contentType: "",
                      content: { title: "Launch review", subtitle: "Thursday 15:00" },
                    },
                  },
                ],
              }
            : this.options.signIn
              ? {
                  type: "auth",
                  popup: { id: "p1", url: `${this.state.productUrl}/connect/i1`, title: "Connect Zoom" },
                }
              : {
                  type: "dialog",
                  dialog: { id: "d1", title: "Schedule a Zoom meeting", card: seed.formCard, width: 480 },
                },
        ),
    ],
    [
      "POST /popups/[^/]+/complete",
      () =>
        this.outcome({ type: "dialog", dialog: { id: "d2", title: "Add Causeway", card: seed.installCard } }),
    ],
    [
      "POST /people/[^/]+/chats/[^/]+/paste",
      () =>
        this.outcome({
          type: "result",
          attachments: [
            { contentType: "application/vnd.microsoft.card.adaptive", content: seed.meetingCard },
          ],
        }),
    ],
    ["POST /dialogs/[^/]+/submit", () => this.outcome({ type: "closed" })],
    [
      "POST /people/[^/]+/chats/[^/]+/messages/[^/]+/actions/\\d+",
      () => this.outcome({ type: "message", text: "Done." }),
    ],
    ["(POST|PUT|PATCH|DELETE) /.*", () => ({})],
  ];
}

function after<T extends { seq: number }>(rows: T[], query: URLSearchParams): T[] {
  return rows.filter((row) => row.seq > Number(query.get("after") ?? 0));
}
