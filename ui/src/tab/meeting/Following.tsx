// In the tab of a conversation: whether each meeting of a series gets a card there.

import { Switch } from "@fluentui/react-components";
import type { Detail } from "../api";
import { useAction, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { Section } from "../shell/Section";

export function Following({ meeting }: { meeting: Detail }) {
  const { t, api, store, teams, notify } = useSession();
  const action = useAction();
  const at = teams.context.conversation;
  if (meeting.follows === undefined || !at || meeting.cancelled) return null;
  const change = (on: boolean) =>
    void action.run(async () => {
      await api.follow(meeting.key, at, on);
      store.changed(["meetings"]);
      notify(t(on ? "tab.followed" : "tab.unfollowed"));
    });
  return (
    <Section>
      <Switch
        label={t("tab.follow")}
        checked={meeting.follows}
        disabled={action.busy}
        onChange={(_, { checked }) => change(checked)}
      />
      <ProblemBar problem={action.problem} />
    </Section>
  );
}
