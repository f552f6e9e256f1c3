// What can be done with a meeting from wherever it is shown.

import type { Upcoming } from "../api";
import { useAction, useSession } from "../session";

export function useMeetingActions(meeting: Pick<Upcoming, "key" | "topic" | "joinUrl">) {
  const { api, teams, store, notify, t } = useSession();
  const { run, busy, problem } = useAction();
  return {
    busy,
    problem,
    start: () =>
      void run(async () => {
        const { url } = await api.start(meeting.key);
        await teams.openLink(url);
      }),
    join: () =>
      void run(async () => {
        if (meeting.joinUrl) await teams.openLink(meeting.joinUrl);
      }),
    addToCalendar: () =>
      void run(async () => {
        await api.addToCalendar(meeting.key);
        store.changed(["meetings"]);
        notify(t("tab.calendar_added", { Topic: meeting.topic }));
      }),
  };
}
