// Answers the product's API from the seed, so that the tab can be tested and looked at without a product.

import type { Board, Detail, Answer as Given, Here, Input, Me, MissedList, Upcoming, Wish } from "../api";
import * as seed from "./seed";

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

type Handler = (call: Call, match: RegExpExecArray) => unknown;

/** A refusal as the product writes it. */
export function refusal(
  kind: string,
  status: number,
  detail: string,
  more: { fields?: Record<string, string>; reference?: string; retryAfter?: number } = {},
): Answer {
  return {
    status,
    body: {
      type: `about:blank#${kind}`,
      status,
      detail,
      ...(more.reference ? { instance: more.reference } : {}),
      ...(more.fields
        ? {
            errors: Object.entries(more.fields).map(([name, message]) => ({
              location: `body.${name}`,
              message,
            })),
          }
        : {}),
    },
    ...(more.retryAfter ? { headers: { "Retry-After": String(more.retryAfter) } } : {}),
  };
}

export class Stub {
  readonly calls: Call[] = [];
  me: Me = structuredClone(seed.me);
  meetings: Upcoming[] = structuredClone(seed.meetings);
  past: Upcoming[] = structuredClone(seed.past);
  /** Before it nothing is kept. */
  since = "2025-12-04T09:40:00Z";
  notes: string[] = [];
  waiting: Wish[] = [];
  form = structuredClone(seed.form);
  conversations = structuredClone(seed.conversations);
  boards: Board[] = structuredClone(seed.boards);
  /** Whose free times are known, instead of those of the story. */
  free: { address: string; view: string }[] | undefined;
  missed: MissedList["messages"] = [];
  overlaps: { topic: string; start: string; end: string }[] = [];
  clashes: { topic: string; start: string; end: string }[] = [];
  conversationNote = "";
  /** Of an invitation: what is answered. */
  asked: Detail["asked"];
  /** In the tab of a conversation: whether it follows the series. */
  follows: boolean | undefined;
  here: Here = { ...structuredClone(seed.here), upcoming: structuredClone(seed.meetings.slice(0, 3)) };
  /** "METHOD /path" to what is answered instead, as long as it is here. */
  readonly instead = new Map<string, Answer>();
  /** Answers that wait until they are let go. */
  private held = new Map<string, Promise<void>>();
  private made: Detail[] = [];

  changes(): string[] {
    return this.calls
      .filter(({ method, path }) => method !== "GET" && path !== "/availability")
      .map(({ method, path }) => `${method} ${path}`);
  }

  /** Holds the answers to a call; the result lets them go. */
  hold(call: string): () => void {
    let release = () => {};
    this.held.set(
      call,
      new Promise((resolve) => {
        release = () => {
          this.held.delete(call);
          resolve();
        };
      }),
    );
    return release;
  }

  async answer(method: string, url: string, body: unknown): Promise<Answer> {
    const { pathname, searchParams } = new URL(url, "http://product");
    const call = { method, path: pathname, query: Object.fromEntries(searchParams), body };
    this.calls.push(call);
    await this.held.get(`${method} ${pathname}`);
    const instead = this.instead.get(`${method} ${pathname}`);
    if (instead) return instead;
    for (const [pattern, handler] of this.routes) {
      const match = new RegExp(`^${pattern}$`).exec(`${method} ${pathname}`);
      if (!match) continue;
      const answer = handler(call, match);
      return answer === undefined
        ? refusal("not_found", 404, "This could not be found. It may have been removed.")
        : { status: 200, body: answer };
    }
    return refusal("not_found", 404, `No ${method} ${pathname} here.`);
  }

  private detail(key: string): Detail | undefined {
    return this.made.find((one) => one.key === key) ?? seed.detail(key, [...this.meetings, ...this.past]);
  }

  private make(key: string, topic: string): Detail {
    const first = seed.detail("m1") as Detail;
    const made = { ...first, key, topic, start: "2026-03-04T11:00:00Z", end: "2026-03-04T11:30:00Z" };
    this.made.push(made);
    return made;
  }

  private readonly routes: [string, Handler][] = [
    ["GET /me", () => this.me],
    ["GET /settings", () => this.me.settings],
    [
      "PUT /settings",
      ({ body }) => {
        this.me.settings = body as Me["settings"];
        return this.me.settings;
      },
    ],
    ["POST /connect", () => ({ intent: "i1", url: "http://localhost:8080/connect/i1" })],
    [
      "POST /connect/complete",
      () => {
        this.me = { ...this.me, zoom: "linked", zoomName: "Ana Duarte", calendarState: "connected" };
        return this.me;
      },
    ],
    [
      "DELETE /connect",
      () => {
        this.me = { ...this.me, zoom: "not_linked" };
        return this.me;
      },
    ],
    ["POST /consent", () => ({ url: "http://127.0.0.1:8081/consent" })],
    [
      "DELETE /consent/mention_mail",
      () => {
        this.me = { ...this.me, mentionMail: "off" };
        return this.me;
      },
    ],
    [
      "GET /meetings",
      ({ query }) => ({
        meetings: (query.past ? this.past : this.meetings).filter(
          ({ topic, end }) =>
            topic.toLowerCase().includes((query.q ?? "").toLowerCase()) &&
            (!query.past || !query.from || (end ?? "") > query.from),
        ),
        notes: this.notes,
        waiting: query.q || query.past ? [] : this.waiting,
        ...(query.past ? { since: this.since } : {}),
      }),
    ],
    [
      "DELETE /wishes/([^/]+)",
      (_call, [, key]) => {
        this.waiting = this.waiting.filter((one) => one.key !== key);
        return { text: "It was withdrawn." };
      },
    ],
    ["GET /meetings/form", () => this.form],
    ["POST /meetings/now", () => this.make("now1", "Zoom meeting of Ana Duarte")],
    ["POST /meetings", ({ body }) => this.make("new1", (body as { input: Input }).input.topic)],
    [
      "POST /meetings/([^/]+)/start",
      (_call, [, key]) => ({ url: `http://localhost:8080/m/${key}/start?ticket=t` }),
    ],
    [
      "POST /meetings/([^/]+)/calendar",
      (_call, [, key]) => {
        this.meetings = this.meetings.map((one) =>
          one.key === key
            ? { ...one, onlyInZoom: false, calendar: "pending", can: { ...one.can, addToCalendar: false } }
            : one,
        );
        return this.detail(key ?? "");
      },
    ],
    [
      "PUT /meetings/([^/]+)/following",
      ({ body }, [, key]) => {
        this.follows = (body as { on: boolean }).on;
        return this.detail(key ?? "");
      },
    ],
    [
      "PUT /meetings/([^/]+)/answer",
      ({ body }, [, key]) => {
        const { answer } = body as { answer: Given };
        this.asked = { answer, text: `You answered from here: ${answer}`, open: answer !== "declined" };
        return this.detail(key ?? "");
      },
    ],
    ["POST /meetings/([^/]+)/share", () => ({ text: "Shared in Launch." })],
    ["GET /meetings/[^/]+/transcript", () => seed.transcript],
    ["GET /meetings/[^/]+/chat", () => seed.chat],
    [
      "GET /meetings/([^/]+)",
      ({ query }, [, key]) => {
        const found = this.detail(decodeURIComponent(key ?? ""));
        return (
          found && {
            ...found,
            ...(query.conversation && this.follows !== undefined ? { follows: this.follows } : {}),
            ...(this.asked && !found.host ? { asked: this.asked } : {}),
          }
        );
      },
    ],
    ["PATCH /meetings/([^/]+)", (_call, [, key]) => this.detail(decodeURIComponent(key ?? ""))],
    [
      "DELETE /meetings/([^/]+)",
      (_call, [, key]) => {
        const gone = this.detail(key ?? "");
        this.meetings = this.meetings.filter((one) => one.key !== key);
        return gone;
      },
    ],
    ["GET /missed", () => ({ messages: this.missed })],
    [
      "DELETE /missed/([^/]+)",
      (_call, [, id]) => {
        this.missed = this.missed.filter((one) => one.id !== id);
        return { messages: this.missed };
      },
    ],
    [
      "GET /whiteboards",
      ({ query }) => ({
        whiteboards: this.boards.filter(
          ({ name, creator }) =>
            name.toLowerCase().includes((query.q ?? "").toLowerCase()) &&
            (!query.whose || (query.whose === "mine") === (creator === seed.boards[0]?.creator)),
        ),
      }),
    ],
    [
      "POST /whiteboards",
      ({ body }) => {
        const made = { ...seed.boards[0], id: "b9", name: (body as { name: string }).name } as Board;
        this.boards = [made, ...this.boards];
        return { ...made, url: "https://meridian.zoom.example/wb/doc/b9" };
      },
    ],
    [
      "GET /whiteboards/([^/]+)/warning",
      ({ query }) => ({ text: query.open ? "They have not connected Zoom here: Chloé Martin." : "" }),
    ],
    ["POST /whiteboards/([^/]+)/share", () => ({ text: "Shared in Launch." })],
    [
      "GET /whiteboards/([^/]+)/picture",
      (_call, [, id]) => ({ picture: id === "b1" ? seed.boardPicture : "" }),
    ],
    [
      "GET /whiteboards/([^/]+)",
      (_call, [, id]) => {
        const found = this.boards.find((one) => one.id === id);
        return found && { ...found, url: `https://meridian.zoom.example/wb/doc/${id}` };
      },
    ],
    ["GET /conversations", () => ({ conversations: this.conversations, note: this.conversationNote })],
    ["GET /conversations/([^/]+)/meetings", () => this.here],
    [
      "POST /conversations/([^/]+)/admission",
      () => {
        this.here.posts = "yes";
        return this.here;
      },
    ],
    [
      "GET /conversations/([^/]+)/members",
      ({ query }) => ({
        members: seed.members.filter(({ name }) =>
          name.toLowerCase().includes((query.q ?? "").toLowerCase()),
        ),
      }),
    ],
    ["POST /join", () => ({ url: "https://meridian.zoom.example/j/85212345678", topic: "Launch review" })],
    [
      "POST /screen",
      () => ({
        url: "zoommtg://meridian.zoom.example/join?action=share",
        fallback: "https://meridian.zoom.example/j/1",
      }),
    ],
    [
      "GET /people",
      ({ query }) => ({
        people: seed.people.filter(({ name }) => name.toLowerCase().includes((query.q ?? "").toLowerCase())),
        state: this.form.contacts,
      }),
    ],
    [
      "GET /rooms",
      ({ query }) => ({
        rooms: seed.rooms.filter(({ name }) => name.toLowerCase().includes((query.q ?? "").toLowerCase())),
        state: this.form.rooms,
      }),
    ],
    [
      "POST /availability",
      ({ body }) => ({
        ...seed.availability((body as { addresses: string[] }).addresses),
        ...(this.free ? { people: this.free } : {}),
        overlaps: this.overlaps,
        clashes: (body as { series?: unknown }).series ? this.clashes : [],
        checked: (body as { series?: unknown }).series ? 6 : 0,
      }),
    ],
  ];
}
