// A person's world at 09:40 UTC on Wednesday, 4 March 2026.

import type {
  Availability,
  Board,
  Conversation,
  Detail,
  Form,
  FoundPerson,
  FoundRoom,
  Here,
  Input,
  Me,
  Member,
  Settings,
  Transcript,
  Upcoming,
} from "../api";

export const start = new Date("2026-03-04T09:40:00Z");

const can = { start: true, change: true, cancel: true, share: true, addToCalendar: false };
const guest = { start: false, change: false, cancel: false, share: true, addToCalendar: false };
const client = { desktop: "client", web: "client", android: "client", ios: "client" } as const;
const native = { desktop: "native", web: "native", android: "native", ios: "native" } as const;

export const settings: Settings = {
  language: "",
  invited: true,
  scheduled: true,
  starting: false,
  boards: true,
  mentions: true,
  agenda: -1,
  zone: "",
  pmi: false,
  reminder: 15,
  sync: false,
};

export const me: Me = {
  tenant: "8f1c0c1e-5a55-4d3c-9f0e-2f7e6f3f8d11",
  id: "3b0a2c58-6d0f-4a5a-8b3e-0a3a4d1f7c21",
  name: "Ana Duarte",
  domain: "meridian.example",
  zoom: "linked",
  zoomName: "Ana Duarte",
  zoomEmail: "ana.duarte@meridian.example",
  calendar: true,
  calendarState: "connected",
  features: {
    meetings: true,
    phone: false,
    whiteboard: true,
    contacts: true,
    rooms: true,
    two_way_sync: true,
    outlook_edits: true,
    participants: true,
    recordings: true,
    summaries: true,
    passcodes: true,
    mention_mail: true,
  },
  approved: { zoom: true, microsoft: true },
  grants: { contacts: "granted", rooms: "granted" },
  mentionMail: "off",
  settings,
  where: {
    C2: native,
    C5: client,
    C11: client,
    C12: { ...client, android: "none", ios: "none" },
    F12: client,
    F13: client,
  },
};

type Some = Partial<Upcoming> & Pick<Upcoming, "key" | "topic">;

function meeting(some: Some): Upcoming {
  return {
    zone: "Europe/Paris",
    allDay: false,
    kind: "once",
    host: true,
    zoomId: "85212345678",
    live: false,
    private: false,
    onlyInZoom: false,
    calendar: "in",
    joinUrl: "https://meridian.zoom.example/j/85212345678?pwd=c2VjcmV0",
    can,
    ...some,
  };
}

export const meetings: Upcoming[] = [
  meeting({
    key: "m1",
    topic: "Launch review",
    start: "2026-03-04T09:52:00Z",
    end: "2026-03-04T10:37:00Z",
  }),
  meeting({
    key: "m2",
    topic: "Design critique of the very long onboarding flow with everybody who has ever touched it",
    start: "2026-03-04T13:00:00Z",
    end: "2026-03-04T14:00:00Z",
    host: false,
    hostName: "Ben Okafor",
    can: guest,
    kind: "occurrence",
    original: "2026-03-04T13:00:00Z",
  }),
  meeting({
    key: "z82233445566",
    topic: "Supplier call",
    zoomId: "82233445566",
    start: "2026-03-04T15:30:00Z",
    end: "2026-03-04T16:00:00Z",
    onlyInZoom: true,
    calendar: "out",
    can: { ...can, change: false, addToCalendar: true },
  }),
  meeting({
    key: "m4",
    topic: "One to one",
    start: "2026-03-05T08:00:00Z",
    end: "2026-03-05T08:30:00Z",
    private: true,
    calendar: "pending",
  }),
  meeting({
    key: "m5",
    topic: "Weekly planning",
    start: "2026-03-09T09:00:00Z",
    end: "2026-03-09T09:45:00Z",
    kind: "occurrence",
    original: "2026-03-09T09:00:00Z",
  }),
  meeting({
    key: "e1",
    topic: "Company day",
    start: "2026-03-10T00:00:00Z",
    end: "2026-03-11T00:00:00Z",
    zone: "UTC",
    allDay: true,
    host: false,
    hostName: "Chloé Martin",
    can: guest,
  }),
  meeting({ key: "m7", topic: "Open office", kind: "no_time" }),
];

/** Meetings that are over, the newest first. */
export const past: Upcoming[] = [
  meeting({
    key: "p1",
    topic: "Morning call",
    start: "2026-03-04T08:00:00Z",
    end: "2026-03-04T08:20:00Z",
    remains: ["recording", "summary"],
  }),
  meeting({
    key: "p2",
    topic: "",
    start: "2026-03-03T15:00:00Z",
    end: "2026-03-03T15:30:00Z",
    host: false,
    hostName: "Ben Okafor",
    private: true,
    can: guest,
  }),
  meeting({
    key: "m5",
    topic: "Weekly planning",
    start: "2026-03-02T09:00:00Z",
    end: "2026-03-02T09:45:00Z",
    kind: "occurrence",
    original: "2026-03-02T09:00:00Z",
    remains: ["summary"],
  }),
  meeting({
    key: "p3",
    topic:
      "Handover of everything that was agreed upon in the kick-off, and of a few things that were not agreed upon",
    start: "2026-02-20T10:00:00Z",
    end: "2026-02-20T11:30:00Z",
    host: false,
    hostName: "Chloé Martin",
    can: guest,
  }),
  meeting({
    key: "p4",
    topic: "Kick-off",
    start: "2026-01-14T10:00:00Z",
    end: "2026-01-14T11:00:00Z",
    remains: ["recording"],
  }),
];

export const input: Input = {
  topic: "",
  date: "2026-03-04",
  time: "11:00",
  duration: "30",
  zone: "Europe/London",
  agenda: "",
  passcode: "true",
  waiting_room: "true",
  join_before_host: "false",
  host_video: "true",
  participant_video: "false",
  mute: "true",
  audio: "both",
  recording: "none",
  pmi: "false",
  private: "false",
  for: "",
  template: "",
  alternative_hosts: "",
  invitees: [],
  rooms: [],
  repeat: "",
  interval: "1",
  weekdays: "",
  month_day: "",
  week: "",
  weekday: "",
  ends: "times",
  times: "10",
  until: "",
};

export const details: Record<string, Partial<Detail>> = {
  m1: {
    agenda: "1. Where we are\n2. What is missing for the launch\n3. Who does what until Friday",
    passcode: "4k9PzT",
    conversation: "Launch",
    invitees: [
      { name: "Ben Okafor", address: "ben.okafor@meridian.example", kind: "person", answer: "accepted" },
      { name: "Chloé Martin", address: "chloe.martin@meridian.example", kind: "person", answer: "tentative" },
      { name: "Dev Patel", address: "dev.patel@meridian.example", kind: "person", answer: "declined" },
      { name: "Harbour", address: "harbour@meridian.example", kind: "room", answer: "accepted" },
      { name: "", address: "kim@partner.example", kind: "guest", answer: "none" },
    ],
    input: {
      ...input,
      topic: "Launch review",
      time: "09:52",
      duration: "45",
      invitees: [{ name: "Ben Okafor", address: "ben.okafor@meridian.example" }],
    },
  },
  m2: { repeats: "Every week on Wednesday, until 24 June 2026", invitees: [] },
  m5: {
    repeats: "Every week on Monday, 10 times",
    invitees: [
      { name: "Ben Okafor", address: "ben.okafor@meridian.example", kind: "person", answer: "accepted" },
    ],
    input: { ...input, topic: "Weekly planning", date: "2026-03-02", time: "09:00", duration: "45" },
    occurrenceInput: {
      ...input,
      topic: "Weekly planning",
      date: "2026-03-09",
      time: "09:30",
      duration: "60",
    },
    problems: ["The room Harbour declined the meeting of 9 March."],
    recap: {
      started: "2026-03-02T08:31:00Z",
      ended: "2026-03-02T09:28:00Z",
      recording: "https://zoom.example/rec/share/weekly",
      recordingText: "The recording, its transcript and the meeting’s chat are ready.",
      passcode: "7hQ2xx",
      transcript: true,
      chat: true,
      summary: [
        { text: "Key takeaways", heading: true },
        {
          text: "The new onboarding was received well, and its first part is rolled out next week.",
          level: 1,
        },
        { text: "Action items", heading: true },
        { text: "Ben", level: 1 },
        { text: "Write up the open questions about the accessibility of the new forms", level: 2 },
      ],
      summaryPage: "https://docs.zoom.example/doc/weekly",
    },
  },
};

export const transcript: Transcript = {
  page: "https://zoom.example/rec/share/weekly",
  lines: [
    { at: 2, who: "Ana Duarte", text: "Good morning. Shall we begin with the onboarding?" },
    {
      at: 65,
      who: "Ben Okafor",
      text: "It was received well. <b>Two</b> questions about the forms are open.",
    },
    { at: 3725, who: "Ana Duarte", text: "Thank you. Then we have all that we need." },
  ],
};

export const chat: Transcript = {
  page: "https://zoom.example/rec/share/weekly",
  lines: [{ at: 30, who: "Ben Okafor", text: "My notes are in the shared folder.\nThere are two pages." }],
};

export function detail(key: string, list: Upcoming[] = meetings): Detail | undefined {
  const found = list.find((one) => one.key === key);
  return (
    found && {
      agenda: "",
      cancelled: false,
      invitees: [],
      edition: 3,
      invitation: `${found.topic}\nJoin: ${found.joinUrl}\nMeeting ID: 852 1234 5678`,
      startUrl: `/m/${key}/start`,
      problems: [],
      ...found,
      ...details[key],
    }
  );
}

/** A meeting of a chat, some of whom it invites: one has no mailbox. */
export function chatMeeting(): Detail {
  return {
    ...(detail("m1") as Detail),
    in: { conversation: "19:launch@thread.v2", name: "Launch" },
    input: {
      ...(details.m1?.input as Input),
      members: [
        { id: "id-ben", name: "Ben Okafor", address: "ben.okafor@meridian.example" },
        { id: "id-chloe", name: "Chloé Martin", address: "chloe.martin@meridian.example" },
        { id: "id-gus", name: "Gus Nilsen" },
        { id: "kai.berg@harbour.example", name: "Kai Berg", address: "kai.berg@harbour.example" },
      ],
      invitees: [{ name: "Kim Lund", address: "kim@partner.example" }],
    },
  };
}

/** The tab of a chat, for somebody who is in it. */
export const here: Here = {
  name: "Launch",
  posts: "yes",
  upcoming: [],
  past: [],
};

export const form: Form = {
  nonce: "nonce-1",
  input,
  zones: [
    { value: "America/New_York", label: "(UTC-05:00) New York" },
    { value: "UTC", label: "(UTC+00:00) UTC" },
    { value: "Europe/London", label: "(UTC+00:00) London" },
    { value: "Europe/Paris", label: "(UTC+01:00) Paris" },
    { value: "Asia/Tokyo", label: "(UTC+09:00) Tokyo" },
  ],
  durations: [
    { value: 15, label: "15 min" },
    { value: 30, label: "30 min" },
    { value: 45, label: "45 min" },
    { value: 60, label: "1 hr" },
  ],
  passcodeRequired: true,
  passcodeRule: "6 to 10 characters, a digit",
  pmi: { allowed: true, number: "412 345 6789" },
  hosts: [{ address: "chloe.martin@meridian.example", name: "Chloé Martin" }],
  templates: [{ value: "t1", label: "Customer call" }],
  recordings: ["none", "local", "cloud"],
  audios: ["both", "voip", "telephony"],
  notes: [],
  capacity: 100,
  recurrenceMost: 60,
  contacts: "granted",
  rooms: "granted",
};

export const people: FoundPerson[] = [
  { name: "Ben Okafor", address: "ben.okafor@meridian.example", kind: "person" },
  { name: "Bea Lindqvist", address: "bea.lindqvist@meridian.example", kind: "directory" },
  { name: "Bo Partner", address: "bo@partner.example", kind: "contact" },
];

/** Who is in the conversation: one of them has no mailbox. */
export const members: Member[] = [
  { id: "id-ben", name: "Ben Okafor", address: "ben.okafor@meridian.example" },
  { id: "id-fay", name: "Fay Lindqvist" },
];

export const rooms: FoundRoom[] = [
  { name: "Harbour", address: "harbour@meridian.example", building: "Quay 4", capacity: 8, free: true },
  {
    name: "Lighthouse",
    address: "lighthouse@meridian.example",
    building: "Quay 4",
    capacity: 20,
    free: false,
  },
];

/** What Launch plan looks like. */
export const boardPicture =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAACAAAAASCAIAAAC1qksFAAAAK0lEQVR42mP4T2PAMJwsuJaGE41aQIoFPfsIo2FrAXFg1IIRYMGILk1pAwD2vk0vIY0B6AAAAABJRU5ErkJggg==";

export const boards: Board[] = [
  {
    id: "b1",
    name: "Launch plan",
    modified: "2026-03-04T08:12:00Z",
    creator: "Ana Duarte",
    opening: "account",
    may: "comment",
    locked: false,
    single: true,
  },
  {
    id: "b2",
    name: "Retrospective of a quarter in which a great many things happened at once, and some of them twice",
    modified: "2026-02-20T10:00:00Z",
    creator: "Ben Okafor",
    opening: "restricted",
    locked: true,
    single: true,
  },
  {
    id: "b3",
    name: "Booth layout",
    modified: "2025-11-03T10:00:00Z",
    creator: "Chloé Martin",
    opening: "anyone",
    may: "view",
    locked: false,
    single: true,
  },
];

export const conversations: Conversation[] = [
  { id: "19:launch@thread.v2", name: "Launch", kind: "group" },
  { id: "19:apollo@thread.tacv2", name: "General", kind: "channel", team: "Apollo" },
];

/** Ben is busy from ten to eleven thirty and away in the afternoon; the room is free. */
export function availability(addresses: string[]): Availability {
  const views = ["00000022200000001100033330", "00000000000000000000000000"];
  return {
    people: addresses.map((address, n) => ({ address, view: views[n % 2] ?? "" })),
    proposals: [
      { start: "2026-03-04T11:30:00Z", end: "2026-03-04T12:00:00Z" },
      { start: "2026-03-04T12:00:00Z", end: "2026-03-04T12:30:00Z" },
      { start: "2026-03-05T09:00:00Z", end: "2026-03-05T09:30:00Z" },
    ],
    everybody: true,
    unseen: 0,
    overlaps: [],
    clashes: [],
    checked: 0,
    notes: [],
  };
}
