// The sandbox's control API (/sandbox/v1): the shapes that this page reads, and one method per call that it makes.

export type Handle = string;

export interface Person {
  handle: Handle;
  name: string;
  email: string;
  title?: string;
  kind: "member" | "guest";
  zoom: "none" | "basic" | "licensed";
  mailbox: boolean;
  disabled: boolean;
  locale: string;
  zone: string;
  tenant: string;
  objectId: string;
  tenantId: string;
}

export interface Member {
  handle: Handle;
  name: string;
}

export interface Chat {
  id: string;
  conversationId: string;
  kind: "personal" | "oneOnOne" | "group" | "channel";
  name: string;
  team?: string;
  members: Member[];
  memberCount: number;
  /** Of a channel: its team in Teams. */
  teamId?: string;
  botInstalled: boolean;
  tabs: ChatTab[];
  unread: number;
  last?: { from: string; text: string; at: string };
}

/** A tab that somebody has added to a chat or channel, as the app's own page said. */
export interface ChatTab {
  id: string;
  app: string;
  entityId: string;
  name: string;
  url: string;
}

/** An Adaptive Card as JSON. */
export type CardJson = Record<string, unknown>;

export interface Message {
  id: string;
  from: { handle: Handle; name: string; bot: boolean };
  at: string;
  html: string;
  edited?: boolean;
  deleted?: boolean;
  replyTo?: string;
  cards?: CardJson[];
  suggested?: { title: string; value: string }[];
}

export interface Command {
  id: string;
  type: "action" | "query";
  title: string;
  description: string;
  context: ("compose" | "commandBox" | "message")[];
}

export interface App {
  id: string;
  name: string;
  short: string;
  full: string;
  icon: string;
  accent: string;
  installed: boolean;
  commands: Command[];
  tabs: { id: string; name: string; url: string }[];
  /** The pages on which tabs of chats and channels are set up. */
  setups: { chat?: string; channel?: string };
  bot?: { commands: { title: string; description: string }[] };
}

export interface Dialog {
  id: string;
  title: string;
  width?: number | "small" | "medium" | "large";
  height?: number | "small" | "medium" | "large";
  card?: CardJson;
  url?: string;
}

/** One entry of a message extension's answer. */
export interface Attachment {
  contentType: string;
  content: CardJson;
  preview?: { contentType: string; content: { title?: string; subtitle?: string; text?: string } };
}

export interface Popup {
  id: string;
  url: string;
  title: string;
}

/** What an invoke led to. */
export type Outcome = { messageId?: string } & (
  | { type: "dialog"; dialog: Dialog }
  | { type: "auth"; popup: Popup }
  | { type: "result"; attachments: Attachment[]; layout?: string }
  | { type: "message"; text: string }
  | { type: "card"; card: CardJson }
  | { type: "open"; url: string }
  | { type: "closed" }
  | { type: "config" }
  | { type: "error"; text: string; status?: number }
);

export type Answer = "organizer" | "none" | "notResponded" | "accepted" | "tentativelyAccepted" | "declined";

export interface CalendarEvent {
  id: string;
  /** Of an occurrence: its series. */
  seriesId?: string;
  subject: string;
  start: string;
  end: string;
  zone: string;
  allDay: boolean;
  private: boolean;
  /** The person organises it. */
  mine: boolean;
  response: Answer;
  location?: string;
  joinUrl?: string;
  organizer: { name: string; address: string };
  attendees: {
    name: string;
    address: string;
    type: "required" | "optional" | "resource";
    response: Answer;
  }[];
  isTeams: boolean;
  body?: string;
}

/** What is typed into the form of an event; in a change, what is absent stays as it is. */
export interface EventInput {
  subject?: string;
  start?: string;
  end?: string;
  zone?: string;
  allDay?: boolean;
  private?: boolean;
  location?: string;
  body?: string;
  attendees?: string[];
  rooms?: string[];
  scope?: Scope;
}

/** One occurrence of a series, or all. */
export type Scope = "one" | "all";

export interface Room {
  handle: Handle;
  tenant: string;
  name: string;
  email: string;
  building: string;
  capacity: number;
}

export interface Mail {
  id: string;
  from: { name: string; address: string };
  to: { name: string; address: string }[];
  subject: string;
  at: string;
  kind: "message" | "invitation" | "update" | "cancellation" | "response";
  html: string;
  eventId?: string;
}

export interface FeedItem {
  id: string;
  at: string;
  from: string;
  text: string;
  chat?: string;
}

export interface LedgerRow {
  seq: number;
  at: string;
  side: "zoom" | "microsoft";
  effect: string;
  subject: string;
  by: string;
  detail?: Record<string, unknown>;
}

export interface TrafficRow {
  seq: number;
  at: string;
  from: string;
  to: string;
  method: string;
  url: string;
  status: number;
  ms: number;
  request: { headers: Record<string, string>; body: string };
  response: { headers: Record<string, string>; body: string };
}

export interface Fault {
  id?: string;
  side: "zoom" | "microsoft";
  route: string;
  when: "before" | "after";
  delay?: string;
  drop?: boolean;
  status?: number;
  body?: string;
  count?: number;
}

export interface State {
  now: string;
  zoomApproved: boolean;
  packageUploaded: boolean;
  consented: boolean;
  productUrl: string;
  zoomUrl: string;
}

export interface ZoomMeeting {
  id: string;
  topic: string;
  host: string;
  state: string;
  participants: { name: string }[];
  recording?: boolean;
  summarising?: boolean;
}

/** A control call that was refused, or that found nobody. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const base = "/sandbox/v1";
const part = encodeURIComponent;

export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(base + path, {
      method,
      headers: {
        // What people send to the bot comes from a Teams in the language of this page.
        "Accept-Language": document.documentElement.lang,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "unreachable", "The sandbox does not answer.");
  }
  const text = await answer.text();
  const json = text === "" ? {} : parse(text);
  if (!answer.ok) {
    const error = (json as { error?: { code?: string; message?: string } }).error;
    throw new ApiError(answer.status, error?.code ?? "failed", error?.message ?? answer.statusText);
  }
  return json as T;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Paths of what is read; `useResource` fetches them. */
export const paths = {
  state: "/state",
  people: "/people",
  client: "/zoom/client",
  faults: "/faults",
  chats: (p: Handle) => `/people/${part(p)}/chats`,
  messages: (p: Handle, c: string) => `/people/${part(p)}/chats/${part(c)}/messages`,
  /** As they are called in a language of Teams. */
  apps: (p: Handle, language: "en" | "fr") => `/people/${part(p)}/apps?language=${language}`,
  calendar: (p: Handle, from: Date, to: Date) =>
    `/people/${part(p)}/calendar?from=${part(from.toISOString())}&to=${part(to.toISOString())}`,
  rooms: "/rooms",
  mail: (p: Handle) => `/people/${part(p)}/mail`,
  feed: (p: Handle) => `/people/${part(p)}/feed`,
  ledger: (after: number) => `/ledger?after=${after}`,
  traffic: (after: number) => `/traffic?after=${after}&limit=200`,
};

export interface CommandInput {
  replyTo?: string;
  message?: string;
  query?: string;
  theme?: string;
}

const eventPath = (p: Handle, event: string) => `/people/${part(p)}/calendar/${part(event)}`;

export const api = {
  makeEvent: (p: Handle, event: EventInput) => call<unknown>("POST", `/people/${part(p)}/calendar`, event),
  changeEvent: (p: Handle, id: string, event: EventInput) => call<unknown>("PATCH", eventPath(p, id), event),
  removeEvent: (p: Handle, id: string, scope: Scope) =>
    call<unknown>("DELETE", `${eventPath(p, id)}?scope=${scope}`),
  respond: (p: Handle, id: string, answer: "accept" | "tentative" | "decline", scope: Scope) =>
    call<unknown>("POST", `${eventPath(p, id)}/respond`, { answer, scope }),
  post: (
    p: Handle,
    c: string,
    body: { text: string; replyTo?: string; mentionBot?: boolean; cards?: CardJson[] },
  ) => call<{ message: Message }>("POST", paths.messages(p, c), body),
  command: (p: Handle, c: string, id: string, body: CommandInput) =>
    call<Outcome>("POST", `/people/${part(p)}/chats/${part(c)}/commands/${part(id)}`, body),
  paste: (p: Handle, c: string, body: { url: string; replyTo?: string }) =>
    call<Outcome>("POST", `/people/${part(p)}/chats/${part(c)}/paste`, body),
  act: (p: Handle, c: string, m: string, n: number, data: Record<string, unknown>) =>
    call<Outcome>("POST", `${paths.messages(p, c)}/${part(m)}/actions/${n}`, { data }),
  submitDialog: (id: string, body: { action?: number; data: unknown }) =>
    call<Outcome>("POST", `/dialogs/${part(id)}/submit`, body),
  cancelDialog: (id: string) => call<unknown>("POST", `/dialogs/${part(id)}/cancel`, {}),
  completePopup: (id: string, state: string) =>
    call<Outcome>("POST", `/popups/${part(id)}/complete`, { state }),
  cancelPopup: (id: string) => call<unknown>("POST", `/popups/${part(id)}/cancel`, {}),
  install: (p: Handle, app: string) =>
    call<unknown>("POST", `/people/${part(p)}/apps/${part(app)}/install`, {}),
  uninstall: (p: Handle, app: string) =>
    call<unknown>("DELETE", `/people/${part(p)}/apps/${part(app)}/install`),
  tabToken: (p: Handle, resource?: string) =>
    call<{ token: string }>("POST", `/people/${part(p)}/token`, resource ? { resource } : {}),
  addToChat: (p: Handle, c: string, app: string) =>
    call<unknown>("POST", `/people/${part(p)}/chats/${part(c)}/apps/${part(app)}`, {}),
  removeFromChat: (p: Handle, c: string, app: string) =>
    call<unknown>("DELETE", `/people/${part(p)}/chats/${part(c)}/apps/${part(app)}`),
  addTab: (p: Handle, c: string, tab: Omit<ChatTab, "id">) =>
    call<ChatTab>("POST", `/people/${part(p)}/chats/${part(c)}/tabs`, tab),
  removeTab: (p: Handle, c: string, id: string) =>
    call<unknown>("DELETE", `/people/${part(p)}/chats/${part(c)}/tabs/${part(id)}`),
  approveZoom: (approved: boolean) => call<unknown>("POST", "/zoom/approve", { approved }),
  uploadPackage: () => call<unknown>("POST", "/microsoft/upload"),
  consent: (granted: boolean) => call<unknown>("POST", "/microsoft/consent", { granted }),
  removePackage: () => call<unknown>("POST", "/microsoft/remove", {}),
  putFault: (fault: Fault) => call<{ id: string }>("PUT", "/faults", fault),
  deleteFaults: (id?: string) => call<unknown>("DELETE", id ? `/faults/${part(id)}` : "/faults"),
  advance: (by: string) => call<{ now: string }>("POST", "/clock", { advance: by }),
  reset: () => call<unknown>("POST", "/reset", {}),
  rotateKeys: () => call<unknown>("POST", "/keys/rotate", {}),
  recordMeeting: (id: string) => call<unknown>("POST", `/zoom/meetings/${part(id)}/record`, {}),
  summariseMeeting: (id: string) => call<unknown>("POST", `/zoom/meetings/${part(id)}/summarise`, {}),
  endMeeting: (id: string) => call<unknown>("POST", `/zoom/meetings/${part(id)}/end`, {}),
};
