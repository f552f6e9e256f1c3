// What opens when a button that leaves Teams is pressed, so that it can be said before.

import type { How, Me } from "./api";
import type { TeamsContext } from "./teams";
import type { Key } from "./text/text";

export type Leaving = "start" | "join" | "screen";

/** The features, by the ids of the product's table of what works where: on a computer, and on a phone. */
const ids: Record<Leaving, [string, string]> = {
  start: ["C5", "F13"],
  join: ["C11", "F12"],
  screen: ["C12", "C12"],
};

export function opens(me: Me, { platform, mobile }: TeamsContext, leaving: Leaving): How {
  const [computer, phone] = ids[leaving];
  return me.where[mobile ? phone : computer]?.[platform] ?? "client";
}

export const opensKeys: Record<How, Key> = {
  native: "tab.opens_here",
  client: "tab.opens_zoom",
  browser: "tab.opens_browser",
  none: "tab.opens_nowhere",
};
