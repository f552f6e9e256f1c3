// The product's own API as the tab uses it: the shapes of /api, and one method per call. Times are RFC 3339 in UTC, zones IANA names.

import { readerZone } from "./text/dates";

export type How = "native" | "client" | "browser";
export type Platform = "desktop" | "web" | "android" | "ios";
export type Feature =
  | "meetings"
  | "phone"
  | "whiteboard"
  | "contacts"
  | "rooms"
  | "two_way_sync"
  | "outlook_edits";
/** granted: usable; off: the administrator's switch; missing: Microsoft's consent. */
export type Grant = "granted" | "off" | "missing";

export interface Settings {
  language: "" | "en" | "fr";
  invited: boolean;
  scheduled: boolean;
  pmi: boolean;
  /** Minutes before the start; -1 for none. */
  reminder: number;
  sync: boolean;
}

/** What stands between the person and everything: which side is missing, and a text for whoever can approve it. */
export interface Gate {
  side: "zoom" | "microsoft" | "both";
  text: string;
  ask: string;
}

export interface Me {
  tenant: string;
  id: string;
  name: string;
  zoom: "linked" | "not_linked" | "relink";
  zoomName?: string;
  zoomEmail?: string;
  calendar: boolean;
  calendarState: "connected" | "missing" | "no_mailbox";
  features: Record<Feature, boolean>;
  approved: { zoom: boolean; microsoft: boolean };
  gate?: Gate;
  grants: { contacts: Grant; rooms: Grant };
  settings: Settings;
  where: Record<string, Record<Platform, How>>;
  adminGuide?: string;
}

export interface Can {
  start: boolean;
  change: boolean;
  cancel: boolean;
  share: boolean;
  addToCalendar: boolean;
}

export interface Upcoming {
  /** Our id, or "z<number>" of a meeting that only Zoom knows, or "e<id>" of one seen only in the calendar. */
  key: string;
  topic: string;
  start?: string;
  end?: string;
  zone: string;
  allDay: boolean;
  kind: "once" | "occurrence" | "no_time";
  /** Of an occurrence: when the series would have it start. */
  original?: string;
  host: boolean;
  hostName?: string;
  zoomId?: string;
  live: boolean;
  private: boolean;
  onlyInZoom: boolean;
  calendar: "in" | "pending" | "out" | "unavailable";
  joinUrl?: string;
  can: Can;
}

export interface Invitee {
  name: string;
  address?: string;
  kind: "person" | "room" | "guest";
  answer?: "accepted" | "tentative" | "declined" | "none";
}

export interface Guest {
  name: string;
  address: string;
}

/** What the form's fields hold, as they were typed. Yes and no are "true" and "false". */
export interface Input {
  topic: string;
  date: string;
  time: string;
  duration: string;
  zone: string;
  agenda: string;
  passcode: string;
  waiting_room: string;
  join_before_host: string;
  host_video: string;
  participant_video: string;
  mute: string;
  audio: string;
  recording: string;
  pmi: string;
  private: string;
  for: string;
  template: string;
  alternative_hosts: string;
  invitees: Guest[];
  rooms: Guest[];
  repeat: "" | "daily" | "weekly" | "monthly";
  interval: string;
  /** "1,3"; 0 is Sunday. */
  weekdays: string;
  month_day: string;
  /** "1" to "4", "-1" the last; "" when the day of the month counts. */
  week: string;
  weekday: string;
  ends: "times" | "until";
  times: string;
  until: string;
}

export type Scope = "all" | "occurrence" | "following";

export interface Detail extends Upcoming {
  agenda: string;
  passcode?: string;
  /** How it repeats, as a sentence. */
  repeats?: string;
  conversation?: string;
  invitees: Invitee[];
  edition: number;
  /** For the change form; there only when the person may change it. */
  input?: Input;
  /** The invitation as text to copy. */
  invitation: string;
  startUrl?: string;
  problems: string[];
}

export interface Choice<T = string> {
  value: T;
  label: string;
}

export interface Form {
  nonce: string;
  input: Input;
  zones: Choice[];
  durations: Choice<number>[];
  passcodeRequired: boolean;
  pmi: { allowed: boolean; number?: string };
  templates: { id: string; name: string }[];
  /** For whom the person may schedule. */
  hosts: { address: string; name: string }[];
  recordings: ("none" | "local" | "cloud")[];
  audios: string[];
  notes: string[];
  recurrenceMost: number;
  contacts: Grant;
  rooms: Grant;
}

export interface FoundPerson {
  name: string;
  address: string;
  kind: "person" | "directory" | "contact";
}

export interface FoundRoom {
  name: string;
  address: string;
  building?: string;
  capacity?: number;
  free?: boolean;
}

export interface Span {
  start: string;
  end: string;
}

export interface Availability {
  /** view: one digit per 30 minutes from `from`: 0 free, 1 tentative, 2 busy, 3 away, 4 working elsewhere. */
  people: { address: string; view: string }[];
  proposals: Span[];
  overlaps: (Span & { topic: string })[];
  note?: string;
}

export interface Conversation {
  id: string;
  name: string;
  kind: "group" | "channel";
  team?: string;
}

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

/** The calls. `token` gives the bearer token of the person; with `fresh` a new one, because the old was refused. */
export class Api {
  constructor(
    private readonly token: (fresh?: boolean) => Promise<string>,
    private readonly language: () => string,
  ) {}

  get = <T>(path: string, signal?: AbortSignal) => this.call<T>("GET", path, undefined, signal);

  connect = () => this.call<{ intent: string; url: string }>("POST", "/connect", {});
  complete = (code: string) => this.call<Me>("POST", "/connect/complete", { code });
  disconnect = () => this.call<Me>("DELETE", "/connect");
  consent = (grants: ("contacts" | "rooms")[]) => this.call<{ url: string }>("POST", "/consent", { grants });
  saveSettings = (settings: Settings) => this.call<Settings>("PUT", "/settings", settings);
  schedule = (nonce: string, input: Input) => this.call<Detail>("POST", "/meetings", { nonce, input });
  now = (nonce: string) => this.call<Detail>("POST", "/meetings/now", { nonce });
  change = (
    key: string,
    change: { input: Input; scope: Scope; original?: string | undefined; edition: number },
  ) => this.call<Detail>("PATCH", `/meetings/${part(key)}`, change);
  cancel = (key: string, how: { scope: Scope; original?: string | undefined; comment: string }) =>
    this.call<Detail>("DELETE", withQuery(`/meetings/${part(key)}`, how));
  addToCalendar = (key: string) => this.call<Detail>("POST", `/meetings/${part(key)}/calendar`, {});
  share = (key: string, conversation: string) =>
    this.call<{ text: string }>("POST", `/meetings/${part(key)}/share`, { conversation });
  start = (key: string) => this.call<{ url: string }>("POST", `/meetings/${part(key)}/start`, {});
  join = (text: string, passcode: string) =>
    this.call<{ url: string; topic?: string }>("POST", "/join", passcode ? { text, passcode } : { text });
  screen = (text: string) => this.call<{ url: string; fallback: string }>("POST", "/screen", { text });
  availability = (
    asked: { addresses: string[]; from: string; to: string; zone: string; minutes: number },
    signal?: AbortSignal,
  ) => this.call<Availability>("POST", "/availability", asked, signal);

  /** The stream of what changed, for `live`. */
  async events(signal: AbortSignal): Promise<Response> {
    return this.answer("GET", "/events", undefined, signal);
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
    if (answer.status === 401) answer = await this.send(method, path, body, await this.bearer(true), signal);
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  private async bearer(fresh?: boolean): Promise<string> {
    try {
      return await this.token(fresh);
    } catch (error) {
      throw new Problem("sign_in", (error as Error).message);
    }
  }

  private async send(method: string, path: string, body: unknown, token: string, signal?: AbortSignal) {
    try {
      return await fetch(`/api${path}`, {
        method,
        headers: {
          Authorization: `Bearer ${token}`,
          "Accept-Language": this.language(),
          "Time-Zone": readerZone(),
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

/** Paths of what is read. */
export const paths = {
  me: "/me",
  meetings: (from: string, to: string, q: string) => withQuery("/meetings", { from, to, q }),
  meeting: (key: string, original?: string) => withQuery(`/meetings/${part(key)}`, { original }),
  form: (host: string) => withQuery("/meetings/form", { for: host }),
  conversations: (q: string) => withQuery("/conversations", { q }),
  people: (q: string) => withQuery("/people", { q }),
  rooms: (query: { q: string; from?: string | undefined; to?: string | undefined; capacity?: number }) =>
    withQuery("/rooms", query),
};
