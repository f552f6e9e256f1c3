// A small world in the shapes of the control API, for the tests of this page and for looking at it.

import type {
  App,
  CalendarEvent,
  CardJson,
  Chat,
  LedgerRow,
  Mail,
  Message,
  Person,
  Room,
  TrafficRow,
} from "../api";

export const start = new Date("2026-03-04T09:40:00Z");
const ago = (minutes: number) => new Date(start.getTime() - minutes * 60_000).toISOString();
const within = (minutes: number) => ago(-minutes);

const person = (handle: string, name: string, title: string, more: Partial<Person> = {}): Person => ({
  handle,
  name,
  title,
  email: `${handle}@meridian.example`,
  kind: "member",
  zoom: "licensed",
  mailbox: true,
  disabled: false,
  locale: "en-GB",
  zone: "Europe/London",
  tenant: "Meridian",
  objectId: `oid-of-${handle}`,
  tenantId: "tenant-of-meridian",
  ...more,
});

export const people: Person[] = [
  person("ana", "Ana Duarte", "Product lead"),
  person("ben", "Ben Okafor", "Engineer"),
  person("chloe", "Chloé Martin", "Designer", { locale: "fr-FR", zone: "Europe/Paris" }),
  person("dev", "Dev Patel", "Sales", { zoom: "none" }),
  person("eli", "Eli Novak", "Support", { zoom: "basic" }),
  person("fay", "Fay Lindqvist", "Nordlys Studio", { kind: "guest", zoom: "none", mailbox: false }),
  person("gus", "Gus Moreau", "Workshop", { mailbox: false }),
  person("ivo", "Ivo Petrov", "Left in January", { disabled: true }),
  person("jo", "Jo Admin", "Administrator of Teams and Zoom"),
  person("ana-harbour", "Ana Duarte", "Dock master", { tenant: "Harbour", email: "ana@harbour.example" }),
];

const name = (handle: string) => people.find((one) => one.handle === handle)?.name ?? handle;
const members = (...handles: string[]) => handles.map((handle) => ({ handle, name: name(handle) }));

export const chats: Chat[] = [
  {
    id: "launch",
    conversationId: "19:launch@thread.v2",
    kind: "group",
    name: "Launch",
    members: members("ana", "ben", "chloe", "dev", "eli"),
    memberCount: 5,
    botInstalled: true,
    tabs: [],
    unread: 0,
    last: { from: "Causeway", text: "", at: ago(2) },
  },
  {
    id: "design",
    conversationId: "19:design@thread.v2",
    kind: "group",
    name: "Design and the very long name that somebody gave to this group chat",
    members: members("ana", "chloe", "ben"),
    memberCount: 3,
    botInstalled: false,
    tabs: [],
    unread: 2,
    last: { from: "Chloé Martin", text: "The new icons are in the shared folder.", at: ago(35) },
  },
  {
    id: "pair",
    conversationId: "19:pair@unq.gbl.spaces",
    kind: "oneOnOne",
    name: "Ben Okafor",
    members: members("ana", "ben"),
    memberCount: 2,
    botInstalled: false,
    tabs: [],
    unread: 0,
    last: { from: "Ana Duarte", text: "Thanks!", at: ago(60 * 26) },
  },
  {
    id: "bot",
    conversationId: "a:1bot",
    kind: "personal",
    name: "Causeway",
    members: members("ana"),
    memberCount: 1,
    botInstalled: true,
    tabs: [],
    unread: 1,
    last: { from: "Causeway", text: "Your meeting is scheduled.", at: ago(2) },
  },
  {
    id: "review",
    conversationId: "19:review@thread.v2",
    kind: "group",
    name: "Review",
    members: members("ana", "ben"),
    memberCount: 2,
    botInstalled: false,
    tabs: [],
    unread: 0,
  },
  channel("apollo-general", "General", "Apollo", 12),
  channel("apollo-dev", "Development", "Apollo", 12, 3),
  channel("apollo-design", "Design", "Apollo", 12),
  channel("everyone-news", "News", "Everyone", 600),
];

function channel(id: string, title: string, team: string, memberCount: number, unread = 0): Chat {
  return {
    id,
    conversationId: `19:${id}@thread.tacv2`,
    kind: "channel",
    name: title,
    team,
    members: members("ana", "ben", "chloe", "dev", "eli"),
    memberCount,
    botInstalled: false,
    tabs: [],
    unread,
    last: { from: "Ben Okafor", text: "Morning all", at: ago(90) },
  };
}

export const meetingCard: CardJson = {
  type: "AdaptiveCard",
  version: "1.5",
  body: [
    {
      type: "ColumnSet",
      columns: [
        {
          type: "Column",
          width: "stretch",
          items: [
            {
              type: "TextBlock",
              size: "Medium",
              weight: "Bolder",
              text: "Launch review",
              wrap: true,
              style: "heading",
            },
            {
              type: "TextBlock",
              spacing: "None",
              isSubtle: true,
              wrap: true,
              text: "Ana Duarte scheduled a Zoom meeting",
            },
          ],
        },
      ],
    },
    {
      type: "FactSet",
      facts: [
        { title: "When", value: "Thursday 5 March, 15:00 – 15:30" },
        { title: "Time zone", value: "Europe/London" },
        { title: "Meeting ID", value: "852 1234 5678" },
        { title: "Passcode", value: "382190" },
      ],
    },
    {
      type: "Container",
      style: "warning",
      items: [
        {
          type: "TextBlock",
          wrap: true,
          size: "Small",
          text: "Not reached: **Ivo Petrov** (account disabled)",
        },
      ],
    },
  ],
  actions: [
    {
      type: "Action.OpenUrl",
      title: "Join",
      url: "http://127.0.0.1:8082/j/85212345678?pwd=abc",
      style: "positive",
    },
    { type: "Action.Submit", title: "Change", data: { verb: "change", id: "m1" } },
    {
      type: "Action.ShowCard",
      title: "Invite more",
      card: {
        type: "AdaptiveCard",
        body: [
          {
            type: "Input.Text",
            id: "who",
            label: "Name or e-mail",
            isRequired: true,
            errorMessage: "Say whom",
          },
        ],
        actions: [{ type: "Action.Submit", title: "Invite", data: { verb: "invite" } }],
      },
    },
  ],
};

export const formCard: CardJson = {
  type: "AdaptiveCard",
  version: "1.5",
  body: [
    {
      type: "Input.Text",
      id: "topic",
      label: "Topic",
      isRequired: true,
      errorMessage: "A meeting needs a topic",
      value: "Launch review",
    },
    {
      type: "ColumnSet",
      columns: [
        {
          type: "Column",
          width: "stretch",
          items: [{ type: "Input.Date", id: "date", label: "Date", value: "2026-03-05", isRequired: true }],
        },
        {
          type: "Column",
          width: "stretch",
          items: [{ type: "Input.Time", id: "time", label: "Time", value: "15:00", isRequired: true }],
        },
      ],
    },
    {
      type: "Input.ChoiceSet",
      id: "duration",
      label: "Duration",
      value: "30",
      choices: [
        { title: "30 minutes", value: "30" },
        { title: "1 hour", value: "60" },
      ],
    },
    {
      type: "Input.ChoiceSet",
      id: "who",
      label: "Who is invited",
      style: "expanded",
      value: "all",
      choices: [
        { title: "Everyone in this chat (5)", value: "all" },
        { title: "Chosen people", value: "some" },
      ],
    },
    { type: "Input.Toggle", id: "waiting", title: "Waiting room", value: "true" },
    {
      type: "Input.Text",
      id: "description",
      label: "Description",
      isMultiline: true,
      placeholder: "Optional",
    },
  ],
  actions: [
    { type: "Action.Submit", title: "Schedule", style: "positive", data: { verb: "schedule", nonce: "n1" } },
  ],
};

export const installCard: CardJson = {
  type: "AdaptiveCard",
  version: "1.5",
  body: [
    {
      type: "TextBlock",
      wrap: true,
      text: "Causeway will see this conversation's id and its participants, and nothing that is written here.",
    },
  ],
  actions: [
    {
      type: "Action.Submit",
      title: "Continue",
      style: "positive",
      data: { msteams: { justInTimeInstall: true } },
    },
  ],
};

const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f6c74"/><path d="M4 13.5h24M6 23v-2.5a4.5 4.5 0 0 1 9 0V23m2 0v-2.5a4.5 4.5 0 0 1 9 0V23" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>')}`;

export const app: App = {
  id: "app1",
  name: "Causeway",
  setups: { chat: "http://localhost:8080/tab", channel: "http://localhost:8080/tab" },
  short: "Zoom meetings in your chats",
  full: "Schedule and start Zoom meetings from any chat or channel.\nEverybody gets a card, a calendar entry, an e-mail and a direct message.",
  icon,
  accent: "#0f6c74",
  installed: true,
  commands: [
    {
      id: "schedule",
      type: "action",
      title: "Schedule a meeting",
      description: "Zoom meeting for the people of this chat",
      context: ["compose", "message", "commandBox"],
    },
    {
      id: "start",
      type: "action",
      title: "Start a meeting now",
      description: "Opens Zoom and invites everyone",
      context: ["compose", "commandBox"],
    },
    {
      id: "find",
      type: "query",
      title: "Find a meeting",
      description: "Share a meeting that exists",
      context: ["compose"],
    },
  ],
  tabs: [{ id: "meetings", name: "Meetings", url: "http://localhost:8080/tab" }],
  bot: {
    commands: [
      { title: "schedule", description: "Schedule a Zoom meeting" },
      { title: "start", description: "Start a Zoom meeting now" },
      { title: "help", description: "What I can do" },
    ],
  },
};

const says = (
  id: string,
  handle: string,
  minutes: number,
  html: string,
  more: Partial<Message> = {},
): Message => ({
  id,
  from: { handle, name: name(handle), bot: false },
  at: ago(minutes),
  html,
  ...more,
});
const botSays = (id: string, minutes: number, html: string, more: Partial<Message> = {}): Message => ({
  id,
  from: { handle: "bot", name: "Causeway", bot: true },
  at: ago(minutes),
  html,
  ...more,
});

export const messages: Record<string, Message[]> = {
  launch: [
    says("1", "ben", 60 * 25, "<p>Morning! The build of last night is <b>green</b>.</p>"),
    says("2", "chloe", 44, "<p>Lovely. Shall we look at the launch page together?</p>"),
    says(
      "3",
      "chloe",
      43,
      "<p>I have three variants, see <a href='https://meridian.example/launch'>the folder</a>.</p>",
    ),
    says("4", "ana", 5, "<p>Yes, tomorrow afternoon. I schedule it.</p>"),
    says("5", "dev", 4, "", { deleted: true }),
    botSays("6", 2, "", { cards: [meetingCard], edited: true }),
  ],
  bot: [
    botSays("b1", 60, "<p>Hello Ana. I schedule and start Zoom meetings for you.</p>", {
      suggested: [
        { title: "Schedule a meeting", value: "schedule" },
        { title: "Help", value: "help" },
      ],
    }),
    says("b2", "ana", 3, "<p>schedule</p>"),
    botSays("b3", 2, "<p>Your meeting is scheduled.</p>"),
  ],
  "apollo-dev": [
    says("c1", "ben", 200, "<p>Release train leaves on Thursday. Who is on board?</p>"),
    says("c2", "eli", 190, "<p>Support is.</p>", { replyTo: "c1" }),
    says(
      "c3",
      "chloe",
      180,
      `<p>${"Averyveryverylongwordwithoutanyspace".repeat(6)} and then some ordinary words after it.</p>`,
      { replyTo: "c1" },
    ),
    botSays("c4", 20, "", { cards: [meetingCard] }),
  ],
};

const event = (
  id: string,
  subject: string,
  from: number,
  minutes: number,
  more: Partial<CalendarEvent> = {},
): CalendarEvent => ({
  id,
  subject,
  start: within(from),
  end: within(from + minutes),
  zone: "Europe/London",
  allDay: false,
  private: false,
  mine: true,
  response: "organizer",
  organizer: { name: "Ana Duarte", address: "ana@meridian.example" },
  attendees: [
    { name: "Ben Okafor", address: "ben@meridian.example", type: "required", response: "accepted" },
    { name: "Chloé Martin", address: "chloe@meridian.example", type: "required", response: "none" },
    {
      name: "Harbour View",
      address: "harbour.view@meridian.example",
      type: "resource",
      response: "declined",
    },
  ],
  isTeams: false,
  ...more,
});

export const events: CalendarEvent[] = [
  event("e1", "Launch review", 60 * 29 + 20, 30, {
    location: "https://zoom.example/j/85212345678",
    joinUrl: "http://127.0.0.1:8082/j/85212345678",
    body: "<p>Join: <a href='http://127.0.0.1:8082/j/85212345678'>Zoom meeting</a></p>",
  }),
  event("e2", "Weekly team call", 80, 60, {
    isTeams: true,
    mine: false,
    response: "notResponded",
    seriesId: "s1",
    organizer: { name: "Ben Okafor", address: "ben@meridian.example" },
  }),
  event("e3", "Customer interview", 110, 45),
  event("e4", "One on one", -60 * 22, 30, { isTeams: true }),
  event("e5", "Trade fair", 0, 0, {
    start: "2026-03-05T00:00:00Z",
    end: "2026-03-07T00:00:00Z",
    allDay: true,
    private: true,
    attendees: [],
  }),
];

export const rooms: Room[] = [
  {
    handle: "harbour-view",
    tenant: "Meridian",
    name: "Harbour View",
    email: "harbour.view@meridian.example",
    building: "Meridian House",
    capacity: 12,
  },
  {
    handle: "dock-12",
    tenant: "Meridian",
    name: "Dock 12",
    email: "dock.12@meridian.example",
    building: "Meridian House",
    capacity: 4,
  },
  {
    handle: "quay-4",
    tenant: "Harbour",
    name: "Quay 4",
    email: "quay.4@harbour.example",
    building: "Harbour Office",
    capacity: 10,
  },
];

export const mail: Mail[] = [
  {
    id: "mail1",
    from: { name: "Ana Duarte", address: "ana@meridian.example" },
    to: [
      { name: "Ben Okafor", address: "ben@meridian.example" },
      { name: "Chloé Martin", address: "chloe@meridian.example" },
    ],
    subject: "Launch review",
    at: ago(2),
    kind: "invitation",
    html: "<p>Ana Duarte invites you to a Zoom meeting.</p><table><tr><td>When</td><td>Thursday 5 March 2026, 15:00 – 15:30</td></tr><tr><td>Meeting ID</td><td>852 1234 5678</td></tr></table><p><a href='http://127.0.0.1:8082/j/85212345678'>Join the Zoom meeting</a></p><script>alert(1)</script>",
    eventId: "e1",
  },
  {
    id: "mail2",
    from: { name: "Ben Okafor", address: "ben@meridian.example" },
    to: [{ name: "Ana Duarte", address: "ana@meridian.example" }],
    subject: "Cancelled: Tasting of the new coffee with a subject that does not fit on one line",
    at: ago(400),
    kind: "cancellation",
    html: "<p>Sorry, next week.</p>",
  },
];

export const ledger: LedgerRow[] = [
  {
    seq: 1,
    at: ago(3),
    side: "zoom",
    effect: "meeting.created",
    subject: "85212345678",
    by: "ana",
    detail: { topic: "Launch review" },
  },
  { seq: 2, at: ago(3), side: "microsoft", effect: "event.created", subject: "AAMkAGI2", by: "ana" },
  {
    seq: 3,
    at: ago(2),
    side: "microsoft",
    effect: "mail.delivered",
    subject: "AAMkAGI2",
    by: "ana",
    detail: { to: "ben", kind: "invitation" },
  },
  {
    seq: 4,
    at: ago(2),
    side: "microsoft",
    effect: "message.posted",
    subject: "6",
    by: "bot",
    detail: { chat: "launch", scope: "group" },
  },
];

export const traffic: TrafficRow[] = [
  {
    seq: 1,
    at: ago(3),
    from: "teams",
    to: "product",
    method: "POST",
    url: "http://localhost:8080/api/messages",
    status: 200,
    ms: 41.2,
    request: {
      headers: { Authorization: "Bearer [masked]", "Content-Type": "application/json" },
      body: '{"type":"invoke","name":"composeExtension/submitAction"}',
    },
    response: { headers: { "Content-Type": "application/json" }, body: "{}" },
  },
  {
    seq: 2,
    at: ago(3),
    from: "product",
    to: "zoom",
    method: "POST",
    url: "http://127.0.0.1:8082/v2/users/me/meetings",
    status: 201,
    ms: 12,
    request: { headers: {}, body: '{"topic":"Launch review","type":2}' },
    response: { headers: {}, body: '{"id":85212345678}' },
  },
  {
    seq: 3,
    at: ago(2),
    from: "product",
    to: "connector",
    method: "POST",
    url: "http://127.0.0.1:8081/connector/v3/conversations/19%3Alaunch%40thread.v2/activities",
    status: 429,
    ms: 3,
    request: { headers: {}, body: "" },
    response: { headers: { "Retry-After": "2" }, body: '{"error":{"code":"TooManyRequests"}}' },
  },
];
