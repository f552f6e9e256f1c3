// The sign-in window of an app: opened here, waited for here. What it says at its end is the result.

import { reachable, serveTeamsPage } from "./teamsHost";

export type PopupEnd =
  | { kind: "success"; result: string }
  | { kind: "failure"; reason: string }
  | { kind: "closed" };

export interface OpenPopup {
  ended: Promise<PopupEnd>;
  focus(): void;
  close(): void;
}

const look = "popup,width=600,height=680";
const pollMs = 400;

/** Opens url as Teams opens an authentication window; undefined when the browser blocks it. */
export function openPopup(url: string, origins: readonly string[]): OpenPopup | undefined {
  const address = reachable(url);
  const page = window.open(address, "_blank", look);
  if (!page) return undefined;
  let end: (end: PopupEnd) => void = () => {};
  const ended = new Promise<PopupEnd>((resolve) => {
    end = resolve;
  });
  const host = serveTeamsPage({
    page: () => page,
    origins: [...new Set([new URL(address).origin, ...origins])],
    frame: "authentication",
    handlers: {
      "authentication.authenticate.success": (result) => {
        end({ kind: "success", result: String(result ?? "") });
        return undefined;
      },
      "authentication.authenticate.failure": (reason) => {
        end({ kind: "failure", reason: String(reason ?? "") });
        return undefined;
      },
    },
  });
  const watch = setInterval(() => page.closed && end({ kind: "closed" }), pollMs);
  void ended.then(() => {
    clearInterval(watch);
    host.close();
    if (!page.closed) page.close();
  });
  return { ended, focus: () => page.focus(), close: () => end({ kind: "closed" }) };
}
