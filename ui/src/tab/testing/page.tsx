// Opens the tab on a stubbed product inside a stubbed Teams.

import { render } from "@testing-library/react";
import { vi } from "vitest";
import { Boot } from "../start/Boot";
import { type Teams, type TeamsContext, WindowEnded } from "../teams";
import { start } from "./seed";
import { Stub } from "./stub";

/** A Teams that keeps what the tab asked of it. */
export class StubTeams implements Teams {
  context: TeamsContext;
  readonly opened: string[] = [];
  readonly windows: string[] = [];
  tokens = 0;
  isReady = false;
  /** Why there is no token. */
  noToken = "";
  /** What the next window says at its end; undefined: the person closes it. */
  code: string | undefined = "code";
  private theme: (name: TeamsContext["theme"]) => void = () => {};
  private goBack: () => boolean = () => false;

  constructor(context: Partial<TeamsContext> = {}) {
    this.context = { theme: "light", locale: "en-gb", platform: "web", mobile: false, ...context };
  }

  onTheme(told: (name: TeamsContext["theme"]) => void) {
    this.theme = told;
  }
  changeTheme(name: TeamsContext["theme"]) {
    this.theme(name);
  }
  async token() {
    this.tokens += 1;
    if (this.noToken) throw new Error(this.noToken);
    return `token-${this.tokens}`;
  }
  async authenticate(url: string) {
    this.windows.push(url);
    if (this.code === undefined) throw new WindowEnded("CancelledByUser");
    return this.code;
  }
  async openLink(url: string) {
    this.opened.push(url);
  }
  onBack(back: () => boolean) {
    this.goBack = back;
  }
  pressBack() {
    return this.goBack();
  }
  /** The name under which the tab can be added. */
  offered = "";
  offerTab(name: string) {
    this.offered = name;
  }
  ready() {
    this.isReady = true;
  }
}

export interface Opened {
  stub: Stub;
  teams: StubTeams;
  /** Says that something changed, by the stream of events. */
  say(topic: string): void;
  /** The address of that stream. */
  hears(): string | undefined;
}

export interface OpenOptions {
  context?: Partial<TeamsContext>;
  /** The place at which the tab was, when it is loaded again. */
  was?: string;
  world?(stub: Stub, teams: StubTeams): void;
}

/** Renders the tab; `at` is the page that a link of Teams asks for. */
export function openTab(at = "", { context, was, world }: OpenOptions = {}): Opened {
  window.location.hash = was ? `#/${was}` : "";
  vi.setSystemTime(start);
  const stub = new Stub();
  const teams = new StubTeams({ ...context, ...(at ? { subPageId: at } : {}) });
  world?.(stub, teams);
  let events: ReadableStreamDefaultController<Uint8Array> | undefined;
  let stream: string | undefined;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit = {}) => {
    if (url.split("?")[0] === "/api/events") {
      stream = url;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          events = controller;
        },
      });
      return new Response(body);
    }
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    const answer = await stub.answer(init.method ?? "GET", url.replace("/api", ""), body);
    if (answer.status === 0) throw new TypeError("Failed to fetch");
    return new Response(JSON.stringify(answer.body), {
      status: answer.status,
      ...(answer.headers ? { headers: answer.headers } : {}),
    });
  });
  const connect = async () => teams;
  render(<Boot connect={connect} />);
  return {
    stub,
    teams,
    hears: () => stream,
    say: (topic) => events?.enqueue(new TextEncoder().encode(`event: ${topic}\ndata: {}\n\n`)),
  };
}

/** No connection, for the call that it stands for. */
export const offline = { status: 0 };
