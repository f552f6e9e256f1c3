// A page of the app in a frame (a dialog or a tab), with the host's side of teams-js.

import { makeStyles, tokens } from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import { usePreferences } from "../preferences";
import { openPopup } from "./popup";
import { type FrameContext, reachable, serveTeamsPage, type TeamsHost } from "./teamsHost";

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
  /** The page of a dialog submitted something. */
  onSubmit?(data: unknown): void;
}

const themes = { light: "default", dark: "dark", contrast: "contrast" };

export function PageFrame({ url, title, frame, origins, height, context, onSubmit }: PageFrameProps) {
  const styles = useStyles();
  const { theme, language } = usePreferences();
  const element = useRef<HTMLIFrameElement>(null);
  const host = useRef<TeamsHost>(undefined);
  const latest = useRef({ onSubmit, context, theme, language });
  latest.current = { onSubmit, context, theme, language };
  const allowed = [...new Set([new URL(reachable(url)).origin, ...origins])].join(" ");

  useEffect(() => {
    const list = allowed.split(" ");
    const made = serveTeamsPage({
      page: () => element.current?.contentWindow,
      origins: list,
      frame,
      handlers: {
        getContext: () => [
          {
            locale: latest.current.language,
            theme: themes[latest.current.theme],
            hostClientType: "web",
            hostName: "Teams",
            frameContext: frame,
            ...latest.current.context,
          },
        ],
        "tasks.completeTask": (data) => {
          latest.current.onSubmit?.(data ?? {});
          return undefined;
        },
        "authentication.authenticate": async (address) => {
          const end = await openPopup(String(address), list)?.ended;
          if (end?.kind === "success") return [true, end.result];
          return [false, end ? "CancelledByUser" : "FailedToOpenWindow"];
        },
        "authentication.getAuthToken": () => [false, "resourceDisabled"],
      },
    });
    host.current = made;
    return () => made.close();
  }, [allowed, frame]);

  useEffect(() => host.current?.send("themeChange", themes[theme]), [theme]);

  return (
    <iframe
      ref={element}
      className={styles.frame}
      src={reachable(url)}
      title={title}
      style={{ height: height ?? "100%" }}
    />
  );
}
