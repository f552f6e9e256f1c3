// A page of the app in a frame (a dialog or a tab), with the host's side of teams-js.

import { makeStyles, tokens } from "@fluentui/react-components";
import { type RefObject, useEffect, useRef } from "react";
import { type ApiError, api, type Person } from "../api";
import { usePreferences } from "../preferences";
import { localeOf } from "../text/text";
import { openPopup } from "./popup";
import { type FrameContext, reachable, serveTeamsPage, type TeamsHost } from "./teamsHost";
import { goToTab, openLink } from "./teamsLink";

const useStyles = makeStyles({
  frame: { border: 0, width: "100%", flex: 1, background: tokens.colorNeutralBackground1 },
});

export interface PageFrameProps {
  url: string;
  title: string;
  frame: FrameContext;
  origins: readonly string[];
  height?: number;
  context?: Record<string, unknown>;
  /** Who looks at it: the page may ask for a token of this person. */
  person?: Person;
  /** The page of a dialog submitted something. */
  onSubmit?(data: unknown): void;
  /** The page of a tab's settings: whether it may be saved now, what it wants saved, and that it is done or not. */
  setup?: TabSetup;
  /** The host's side, for what it tells the page unasked. */
  hostRef?: RefObject<TeamsHost | undefined>;
  /** The page wants to open what neither Teams nor a browser can: a link into a program of the device. */
  onForeignLink?(address: string): void;
}

export interface TabSetup {
  onValid(valid: boolean): void;
  onConfig(config: { entityId: string; contentUrl: string; suggestedDisplayName?: string }): void;
  onDone(failure?: string): void;
}

const themes = { light: "default", dark: "dark", contrast: "contrast" };

export function PageFrame(props: PageFrameProps) {
  const { url, title, frame, origins, height } = props;
  const styles = useStyles();
  const { theme, language, phone } = usePreferences();
  const element = useRef<HTMLIFrameElement>(null);
  const host = useRef<TeamsHost>(undefined);
  const latest = useRef({ ...props, theme, language });
  latest.current = { ...props, theme, language };
  const allowed = [...new Set([new URL(reachable(url)).origin, ...origins])].join(" ");
  const client = phone ? "android" : "web";

  useEffect(() => {
    const list = allowed.split(" ");
    const made = serveTeamsPage({
      page: () => element.current?.contentWindow,
      origins: list,
      frame,
      client,
      handlers: {
        getContext: () => [
          {
            locale: localeOf(latest.current.person, latest.current.language),
            osLocaleInfo: { timezone: latest.current.person?.zone },
            theme: themes[latest.current.theme],
            hostClientType: client,
            hostName: "Teams",
            frameContext: frame,
            ...userContext(latest.current.person),
            ...latest.current.context,
          },
        ],
        "tasks.completeTask": (data) => {
          latest.current.onSubmit?.(data ?? {});
          return undefined;
        },
        "settings.setValidityState": (valid) => {
          latest.current.setup?.onValid(valid === true);
          return undefined;
        },
        "settings.setSettings": (config) => {
          latest.current.setup?.onConfig(config as Parameters<TabSetup["onConfig"]>[0]);
          return [true];
        },
        "settings.save.success": () => {
          latest.current.setup?.onDone();
          return undefined;
        },
        "settings.save.failure": (reason) => {
          latest.current.setup?.onDone(String(reason));
          return undefined;
        },
        "authentication.authenticate": async (address) => {
          const end = await openPopup(String(address), list)?.ended;
          if (end?.kind === "success") return [true, end.result];
          return [false, end ? "CancelledByUser" : "FailedToOpenWindow"];
        },
        "authentication.getAuthToken": (resources) => tabToken(latest.current.person, resources),
        executeDeepLink: (address) => {
          if (!openLink(String(address))) latest.current.onForeignLink?.(String(address));
          return [true, null];
        },
        "pages.navigateToApp": (where) => {
          const { appId, pageId, subPageId } = (where ?? {}) as Record<string, unknown>;
          if (typeof appId !== "string" || typeof pageId !== "string") return [false, "invalid"];
          goToTab({ app: appId, tab: pageId, ...(typeof subPageId === "string" ? { page: subPageId } : {}) });
          return [true];
        },
      },
    });
    host.current = made;
    if (latest.current.hostRef) latest.current.hostRef.current = made;
    return () => made.close();
  }, [allowed, frame, client]);

  useEffect(() => host.current?.send("themeChange", themes[theme]), [theme]);

  return (
    <iframe
      // What a page learns of its host at its beginning holds as long as it is there.
      key={`${client} ${language}`}
      ref={element}
      className={styles.frame}
      src={reachable(url)}
      title={title}
      allow="clipboard-write"
      style={{ height: height ?? "100%" }}
    />
  );
}

function userContext(person: Person | undefined): Record<string, unknown> {
  if (!person) return {};
  return {
    userObjectId: person.objectId,
    tid: person.tenantId,
    userPrincipalName: person.email,
    loginHint: person.email,
    userDisplayName: person.name,
  };
}

/** What getAuthToken is answered: a token of the person, or the word for why there is none. */
async function tabToken(person: Person | undefined, resources: unknown): Promise<unknown[]> {
  if (!person) return [false, "resourceDisabled"];
  const [resource] = Array.isArray(resources) ? resources : [];
  try {
    const { token } = await api.tabToken(person.handle, typeof resource === "string" ? resource : undefined);
    return [true, token];
  } catch (error) {
    return [false, (error as ApiError).code];
  }
}
