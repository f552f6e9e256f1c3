// Messages of the bot that did not, or may not, have reached the person: what they were about, until that is read.

import { Button, makeStyles } from "@fluentui/react-components";
import { type MissedList, paths } from "../api";
import { useAction, useSession } from "../session";
import { Bar, ProblemBar } from "../shell/feedback";
import { useResource } from "../store";

const useStyles = makeStyles({ deeds: { display: "flex", gap: "4px" } });

export function Missed() {
  const styles = useStyles();
  const { t, api, store, teams, navigation } = useSession();
  const read = useResource<MissedList>(paths.missed, ["meetings"]);
  const action = useAction();
  const dismiss = (id: string) =>
    void action.run(async () => store.put(paths.missed, ["meetings"], await api.dismissMissed(id)));
  return (
    <>
      {read.data?.messages.map(({ id, text, meeting, url }) => (
        <Bar
          key={id}
          actions={
            <span className={styles.deeds}>
              {(meeting || url) && (
                <Button
                  size="small"
                  onClick={() => {
                    if (meeting) navigation.go({ page: "meeting", key: meeting });
                    else if (url) void action.run(() => teams.openLink(url));
                  }}
                >
                  {t("tab.missed_open")}
                </Button>
              )}
              <Button
                size="small"
                appearance="subtle"
                disabledFocusable={action.busy}
                aria-label={t("tab.missed_dismiss_one", { Text: text })}
                onClick={() => dismiss(id)}
              >
                {t("tab.missed_dismiss")}
              </Button>
            </span>
          }
        >
          {text}
        </Bar>
      ))}
      <ProblemBar problem={action.problem} />
    </>
  );
}
