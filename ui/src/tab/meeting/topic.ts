import type { Upcoming } from "../api";
import type { Session } from "../session";

/** What a meeting is called; somebody else's private one has no name here. */
export function topicOf({ topic }: Pick<Upcoming, "topic">, t: Session["t"]): string {
  return topic || t("tab.private_topic");
}
