// The product's own API as the tab uses it: one method per call. Its shapes are generated (schema.ts) from the description that the
// product gives of itself. Times are RFC 3339 in UTC, zones IANA names.

import type { components } from "./schema";
import type { Dates } from "./text/dates";

type Schemas = components["schemas"];

export type How = Schemas["Answer"]["web"];
export type Platform = keyof Schemas["Answer"];
export type Feature =
  | "meetings"
  | "phone"
  | "whiteboard"
  | "contacts"
  | "rooms"
  | "two_way_sync"
  | "outlook_edits"
  | "participants"
  | "recordings"
  | "summaries"
  | "mention_mail"
  | "passcodes";
/** granted: usable; off: the administrator's switch; missing: Microsoft's consent. */
export type Grant = Schemas["Grants"]["rooms"];
export type Settings = Schemas["Settings"];
/** What stands between the person and everything: which side is missing, and a text for whoever can approve it. */
export type Gate = Schemas["Gate"];
export type Me = Omit<Schemas["Me"], "features"> & { features: Record<Feature, boolean> };
export type Can = Schemas["Can"];
export type Upcoming = Schemas["Upcoming"];
export type MeetingList = Schemas["MeetingList"];
export type Invitee = Schemas["Answered"];
export type Guest = Required<Schemas["Guest"]>;
export type Named = Schemas["Named"];
/** What the form's fields hold, as they were typed. Yes and no are "true" and "false". */
export type Input = Required<
  Omit<Schemas["Input"], "people" | "who" | "invitees" | "members" | "rooms" | "repeat" | "ends">
> & {
  invitees: Guest[];
  /** Of a change: who was invited from the conversation. */
  members?: Named[];
  rooms: Guest[];
  repeat: "" | "daily" | "weekly" | "monthly";
  ends: "times" | "until";
  /** In the tab of a conversation. */
  who?: string;
};
export type Scope = NonNullable<Schemas["ChangeInputBody"]["scope"]>;
export type Detail = Omit<Schemas["Detail"], "input" | "occurrenceInput"> & {
  input?: Input;
  occurrenceInput?: Input;
};
/** What somebody invited answers. */
export type Answer = Schemas["AnswerInputBody"]["answer"];
export type Transcript = Schemas["Transcript"];
export interface Choice<T = string> {
  value: T;
  label: string;
}
export type Form = Omit<Schemas["MeetingForm"], "input" | "recordings"> & {
  input: Input;
  recordings: ("none" | "local" | "cloud")[];
};
export type StartedMeeting = Detail & Pick<Schemas["StartedMeeting"], "note">;
export type Member = Schemas["Member"];
export type FoundPerson = Schemas["FoundPerson"];
export type FoundRoom = Schemas["FoundRoom"];
export type Span = Schemas["Span"];
export type Availability = Schemas["Availability"];
export type Conversation = Schemas["Conversation"];
export type Wish = Schemas["Wish"];
/** Messages of the bot that did not, or may not, have reached the person. */
export type MissedList = Schemas["MissedList"];
/** What the tab of a conversation shows. */
export type Here = Schemas["Here"];
/** The conversation in whose tab something is done. */
export interface At {
  id: string;
  team?: string;
}
export type Shareable = "meetings" | "whiteboards";
export type Board = Schemas["Board"];
/** Which whiteboards a list is of: all, one's own, or those shared with one. */
export type Whose = "" | "mine" | "shared";
/** What everybody in the Zoom account may do with a whiteboard. */
export type Opening = NonNullable<Board["may"]>;

export type ProblemKind =
  | "invalid"
  | "sign_in"
  | "consent"
  | "not_linked"
  | "not_ready"
  | "forbidden"
  | "not_found"
  | "conflict"
  | "busy"
  | "unavailable"
  | "internal"
  /** This device has no connection, or the product does not answer at all. */
  | "offline";

/** An answer that is no success, with a sentence for the person. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
    readonly more: { fields?: Record<string, string>; reference?: string; until?: Date } = {},
  ) {
    super(message);
  }
}

/** Reads RFC 9457. A field is named by the last words of "body.topic" or "body.input.topic". */
async function problemOf(answer: Response): Promise<Problem> {
  const told = (await answer.json().catch(() => ({}))) as {
    type?: string;
    detail?: string;
    instance?: string;
    errors?: { location?: string; message?: string }[];
  };
  const kind = (told.type?.split("#")[1] ?? byStatus[answer.status] ?? "internal") as ProblemKind;
  const fields = Object.fromEntries(
    (told.errors ?? []).flatMap(({ location, message }) => {
      const name = location?.replace(/^body\./, "").replace(/^input\./, "");
      return name && message ? [[name.split(/[.[]/)[0], message]] : [];
    }),
  ) as Record<string, string>;
  const until = retryAfter(answer.headers.get("Retry-After"));
  return new Problem(kind, told.detail ?? "", {
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(told.instance ? { reference: told.instance } : {}),
    ...(until ? { until } : {}),
  });
}

const byStatus: Record<number, ProblemKind> = {
  400: "invalid",
  401: "sign_in",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  422: "invalid",
  429: "busy",
  502: "unavailable",
  503: "unavailable",
  504: "unavailable",
};

/** Retry-After is a number of seconds or a date. */
function retryAfter(header: string | null): Date | undefined {
  if (!header) return undefined;
  const at = /^\d+$/.test(header) ? new Date(Date.now() + Number(header) * 1000) : new Date(header);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

export type Query = Record<string, string | number | undefined>;

export function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [[name, String(value)] as [string, string]],
  );
  return pairs.length > 0 ? `${path}?${new URLSearchParams(pairs)}` : path;
}

/** What Entra wants to know before it gives a token, from the challenge that came with an answer. */
function claimsOf(answer: Response): string | undefined {
  const said = answer.headers.get("WWW-Authenticate") ?? "";
  const encoded = /insufficient_claims/.test(said) && /claims="([A-Za-z0-9+/=]+)"/.exec(said)?.[1];
  try {
    return encoded ? atob(encoded) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The calls. `token` gives the bearer token of the person; with `fresh` a new one, because the old was refused, and that with the
 * `claims` that Entra wants.
 */
export class Api {
  /** Of the last challenge: the next consent answers it. */
  private claims: string | undefined;

  constructor(
    private readonly token: (fresh?: boolean, claims?: string) => Promise<string>,
    /** How the person reads: what the product writes is written so, too. */
    private readonly reader: () => Pick<Dates, "locale" | "zone">,
  ) {}

  get = <T>(path: string, signal?: AbortSignal) => this.call<T>("GET", path, undefined, signal);

  connect = () => this.call<{ intent: string; url: string }>("POST", "/connect", {});
  complete = (code: string) => this.call<Me>("POST", "/connect/complete", { code });
  disconnect = () => this.call<Me>("DELETE", "/connect");
  consent = (grants: ("contacts" | "rooms" | "mention_mail")[]) => {
    const { claims } = this;
    this.claims = undefined;
    return this.call<{ url: string }>("POST", "/consent", claims ? { grants, claims } : { grants });
  };
  endMentionMail = () => this.call<Me>("DELETE", "/consent/mention_mail");
  saveSettings = (settings: Settings) => this.call<Settings>("PUT", "/settings", settings);
  schedule = (nonce: string, input: Input, at?: At) =>
    this.call<Detail>("POST", "/meetings", { nonce, input, ...place(at) });
  now = (nonce: string, at?: At) =>
    this.call<StartedMeeting>("POST", "/meetings/now", { nonce, ...place(at) });
  admit = ({ id, team }: At) =>
    this.call<Here>("POST", withQuery(`/conversations/${part(id)}/admission`, { team }), {});
  change = (
    key: string,
    change: { nonce: string; input: Input; scope: Scope; original?: string | undefined; edition: number },
  ) => this.call<Detail>("PATCH", `/meetings/${part(key)}`, change);
  cancel = (key: string, how: { scope: Scope; original?: string | undefined; comment: string }) =>
    this.call<Detail>("DELETE", withQuery(`/meetings/${part(key)}`, how));
  dismissMissed = (id: string) => this.call<MissedList>("DELETE", `/missed/${part(id)}`);
  withdraw = (key: string) => this.call<{ text: string }>("DELETE", `/wishes/${part(key)}`);
  addToCalendar = (key: string) => this.call<Detail>("POST", `/meetings/${part(key)}/calendar`, {});
  share = (key: string, conversation: string) =>
    this.call<{ text: string }>("POST", `/meetings/${part(key)}/share`, { conversation });
  follow = (key: string, at: At, on: boolean) =>
    this.call<Detail>("PUT", `/meetings/${part(key)}/following`, { ...place(at), on });
  reply = (key: string, at: At | undefined, answer: Answer, edition: number) =>
    this.call<Detail>("PUT", `/meetings/${part(key)}/answer`, { ...place(at), answer, edition });
  board = (id: string) => this.call<Board>("GET", `/whiteboards/${part(id)}`);
  createBoard = (name: string) => this.call<Board>("POST", "/whiteboards", { name });
  shareBoard = (id: string, conversation: string, open: Opening | "", only = false) =>
    this.call<{ text: string }>("POST", `/whiteboards/${part(id)}/share`, {
      conversation,
      ...(open ? { open } : {}),
      ...(only ? { only } : {}),
    });
  start = (key: string) => this.call<{ url: string }>("POST", `/meetings/${part(key)}/start`, {});
  join = (text: string, passcode: string) =>
    this.call<{ url: string; topic?: string }>("POST", "/join", passcode ? { text, passcode } : { text });
  screen = (text: string) => this.call<{ url: string; fallback: string }>("POST", "/screen", { text });
  availability = (
    asked: {
      addresses: string[];
      from: string;
      to: string;
      zone: string;
      minutes: number;
      /** The key of the one that is changed. */
      meeting?: string;
      /** Ids of those whom it has invited from its conversation and goes on to; absent: all of them. */
      members?: string[];
      /** When a series takes place. */
      series?: Partial<Input>;
      /** All who are in the conversation are invited, too. */
      everyone?: boolean;
      conversation?: string;
      team?: string;
    },
    signal?: AbortSignal,
  ) => this.call<Availability>("POST", "/availability", asked, signal);

  /** The stream of what changed, for `live`. */
  async events(signal: AbortSignal, at?: At): Promise<Response> {
    return this.answer("GET", withQuery("/events", place(at)), undefined, signal);
  }

  private async call<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
    const answer = await this.answer(method, path, body, signal);
    return (answer.status === 204 ? undefined : await answer.json()) as T;
  }

  private async answer(
    method: string,
    path: string,
    body?: unknown,
    signal?: AbortSignal,
  ): Promise<Response> {
    let answer = await this.send(method, path, body, await this.bearer(), signal);
    if (answer.status === 401) {
      this.claims = claimsOf(answer) ?? this.claims;
      answer = await this.send(method, path, body, await this.bearer(true, claimsOf(answer)), signal);
    }
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  private async bearer(fresh?: boolean, claims?: string): Promise<string> {
    try {
      return await this.token(fresh, claims);
    } catch (error) {
      throw new Problem("sign_in", (error as Error).message);
    }
  }

  private async send(method: string, path: string, body: unknown, token: string, signal?: AbortSignal) {
    const { locale, zone } = this.reader();
    try {
      return await fetch(`/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          "Accept-Language": locale,
          "Time-Zone": zone,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      if ((error as Error).name === "AbortError") throw error;
      throw new Problem("offline", "");
    }
  }
}

const part = encodeURIComponent;

/** How a call names the conversation in which it is made. */
export function place(at: At | undefined): { conversation?: string; team?: string } {
  return at ? { conversation: at.id, ...(at.team ? { team: at.team } : {}) } : {};
}

/** Paths of what is read. */
export const paths = {
  me: "/me",
  meetings: (from: string, to: string, q: string) => withQuery("/meetings", { from, to, q }),
  past: (from: string, q: string) => withQuery("/meetings", { past: "true", from, q }),
  meeting: (key: string, original?: string, at?: At) =>
    withQuery(`/meetings/${part(key)}`, { original, ...place(at) }),
  text: (key: string, original: string | undefined, what: "transcript" | "chat") =>
    withQuery(`/meetings/${part(key)}/${what}`, { original }),
  form: (host: string, at?: At, typed?: string) =>
    withQuery("/meetings/form", { for: host, typed, ...place(at) }),
  here: ({ id, team }: At) => withQuery(`/conversations/${part(id)}/meetings`, { team }),
  members: ({ id, team }: At, q: string) => withQuery(`/conversations/${part(id)}/members`, { team, q }),
  conversations: (q: string, of: Shareable) =>
    withQuery("/conversations", { q, for: of === "meetings" ? undefined : of }),
  boards: (q: string, whose: Whose) => withQuery("/whiteboards", { q, whose }),
  boardPicture: (id: string) => `/whiteboards/${part(id)}/picture`,
  boardWarning: (id: string, conversation: string, open: Opening | "") =>
    withQuery(`/whiteboards/${part(id)}/warning`, { conversation, open: open || undefined }),
  missed: "/missed",
  people: (q: string) => withQuery("/people", { q }),
  rooms: (query: { q: string; from?: string | undefined; to?: string | undefined; capacity?: number }) =>
    withQuery("/rooms", query),
};
