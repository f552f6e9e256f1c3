// What the tab asks of the Teams around it, by the unmodified teams-js.

import { app, authentication, ChannelType, FrameContexts, pages } from "@microsoft/teams-js";
import type { Platform } from "./api";

export type ThemeName = "light" | "dark" | "contrast";

export interface TeamsContext {
  theme: ThemeName;
  /** As Teams has it: "fr-fr". */
  locale: string;
  /** Where the person is, as an IANA name; absent where Teams does not say, and then it is what the browser has. */
  zone?: string;
  platform: Platform;
  mobile: boolean;
  /** The page that a link asked for: "m/<key>". */
  subPageId?: string;
  userName?: string;
  /** The chat or channel in which the tab stands; absent in the person's own. */
  conversation?: TabConversation;
  /** The tab is being added to a chat or channel. */
  setup?: boolean;
}

export interface TabConversation {
  id: string;
  /** Of a channel: its team. */
  team?: string;
  name?: string;
  /** A private channel, in which Teams lets no app post. */
  private?: boolean;
}

/** The person closed the window, or it could not be opened. */
export class WindowEnded extends Error {}

/** Teams gave no token for the person. */
export class NoToken extends Error {}

export interface Teams {
  context: TeamsContext;
  onTheme(told: (theme: ThemeName) => void): void;
  /** The person's token; with `fresh` one that was not handed out before, with the `claims` that Entra wants in it. */
  token(fresh?: boolean, claims?: string): Promise<string>;
  /** Opens a window on url and answers what it says at its end; fails with WindowEnded. */
  authenticate(url: string): Promise<string>;
  openLink(url: string): Promise<void>;
  /** Makes Teams' own back button go back in the tab; `back` answers whether there was somewhere to go. */
  onBack(back: () => boolean): void;
  /** Lets the person add the tab, under a name. */
  offerTab(name: string): void;
  ready(): void;
}

const themes: Record<string, ThemeName> = { default: "light", dark: "dark", contrast: "contrast" };
const tablet = { width: 600, height: 680 };

/** What is opened: pages, and Zoom's client. Whatever an answer says, nothing else is handed to Teams. */
const opens = /^(https?|zoommtg):\/\//;

export async function connectTeams(origins: string[]): Promise<Teams> {
  await app.initialize(origins);
  const context = await app.getContext();
  let held: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (claims?: string): Promise<string> => {
    try {
      const token = await authentication.getAuthToken(claims ? { claims: [claims] } : {});
      held = { token, until: expiry(token) };
      return token;
    } catch (error) {
      throw new NoToken((error as Error).message);
    } finally {
      asking = undefined;
    }
  };

  return {
    context: {
      theme: themes[context.app.theme] ?? "light",
      locale: context.app.locale || "en",
      ...(context.app.osLocaleInfo?.timezone ? { zone: context.app.osLocaleInfo.timezone } : {}),
      ...platformOf(context.app.host.clientType),
      ...(context.page.subPageId ? { subPageId: context.page.subPageId } : {}),
      ...(context.user?.displayName ? { userName: context.user.displayName } : {}),
      ...conversationOf(context),
      ...(context.page.frameContext === FrameContexts.settings ? { setup: true } : {}),
    },
    onTheme: (told) => app.registerOnThemeChangeHandler((theme) => told(themes[theme] ?? "light")),
    token: (fresh, claims) => {
      if (!fresh && held && held.until > Date.now()) return Promise.resolve(held.token);
      asking ??= ask(claims);
      return asking;
    },
    authenticate: async (url) => {
      try {
        return await authentication.authenticate({ url: overHttps(url), ...tablet });
      } catch (error) {
        throw new WindowEnded((error as Error).message);
      }
    },
    openLink: async (url) => {
      if (!opens.test(url)) throw new Error(`not a page: ${url.slice(0, 30)}`);
      await app.openLink(url);
    },
    onBack: (back) => {
      if (!pages.backStack.isSupported()) return;
      pages.backStack.registerBackButtonHandler(back);
    },
    offerTab: (name) => {
      const { origin } = window.location;
      const tab = { entityId: "conversation", contentUrl: `${origin}/tab`, websiteUrl: `${origin}/` };
      pages.config.registerOnSaveHandler((saving) => {
        pages.config.setConfig({ ...tab, suggestedDisplayName: name }).then(
          () => saving.notifySuccess(),
          (error: unknown) => saving.notifyFailure(String(error)),
        );
      });
      pages.config.setValidityState(true);
    },
    ready: () => app.notifySuccess(),
  };
}

/** Which conversation the tab stands in. A chat has neither team nor name here. */
function conversationOf({ channel, chat, team }: app.Context): Pick<TeamsContext, "conversation"> {
  const id = channel?.id ?? chat?.id;
  if (!id) return {};
  return {
    conversation: {
      id,
      ...(channel && team?.internalId ? { team: team.internalId } : {}),
      ...(channel?.displayName ? { name: channel.displayName } : {}),
      ...(channel?.membershipType === ChannelType.Private ? { private: true } : {}),
    },
  };
}

function platformOf(client: string): Pick<TeamsContext, "platform" | "mobile"> {
  if (client === "android") return { platform: "android", mobile: true };
  if (client === "ios" || client === "ipados") return { platform: "ios", mobile: true };
  return { platform: client === "web" ? "web" : "desktop", mobile: false };
}

const early = 60_000;

/** When a token is to be replaced, a minute before its end; at once when it does not say. */
function expiry(token: string): number {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as {
      exp?: number;
    };
    return (claims.exp ?? 0) * 1000 - early;
  } catch {
    return 0;
  }
}

/** teams-js opens windows on https only; where the product is on this very machine, Teams maps it back. */
function overHttps(url: string): string {
  return url.replace(/^http:/, "https:");
}
