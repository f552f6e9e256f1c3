// Which conversations get a card for each meeting of a series: in the tab of one, that one; for the host, all of them.

import { Button, makeStyles, Switch, Text } from "@fluentui/react-components";
import type { Detail } from "../api";
import { useAction, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { Section } from "../shell/Section";

const useStyles = makeStyles({
  list: { listStyle: "none", margin: 0, padding: 0, display: "grid", gap: "8px" },
  line: {
    display: "flex",
    flexWrap: "wrap",
    gap: "4px 12px",
    alignItems: "center",
    overflowWrap: "anywhere",
  },
});

export function Following({ meeting }: { meeting: Detail }) {
  const styles = useStyles();
  const { t, api, store, teams, notify } = useSession();
  const action = useAction();
  const here = teams.context.conversation;
  const others = (meeting.followedIn ?? []).filter(({ conversation }) => conversation !== here?.id);
  const offered = here && meeting.follows !== undefined && !meeting.cancelled;
  if (!offered && others.length === 0) return null;
  const change = (id: string, on: boolean) =>
    void action.run(async () => {
      await api.follow(meeting.key, id === here?.id ? here : { id }, on);
      store.changed(["meetings"]);
      notify(t(on ? "tab.followed" : "tab.unfollowed"));
    });
  return (
    <Section>
      {offered && (
        <Switch
          label={t("tab.follow")}
          checked={meeting.follows ?? false}
          disabled={action.busy}
          onChange={(_, { checked }) => change(here.id, checked)}
        />
      )}
      {others.length > 0 && (
        <ul className={styles.list} aria-label={t("tab.followed_in")}>
          {others.map(({ conversation, name }) => (
            <li key={conversation} className={styles.line}>
              <Text>{t("tab.followed_there", { Name: name ?? t("tab.chat") })}</Text>
              <Button
                size="small"
                disabledFocusable={action.busy}
                aria-label={t("tab.unfollow_name", { Name: name ?? t("tab.chat") })}
                onClick={() => change(conversation, false)}
              >
                {t("tab.unfollow")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <ProblemBar problem={action.problem} />
    </Section>
  );
}
