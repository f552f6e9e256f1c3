// Where somebody invited answers, and what was answered.

import { Button, makeStyles, Text, ToggleButton } from "@fluentui/react-components";
import type { Answer, Detail } from "../api";
import { useAction, useMe, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { Section } from "../shell/Section";
import { useConnect } from "../start/Connect";

const useStyles = makeStyles({
  row: { display: "flex", flexWrap: "wrap", gap: "8px" },
  button: { whiteSpace: "nowrap", "@media (max-width: 480px)": { flex: 1 } },
});

const choices = [
  ["accepted", "tab.answer_accept"],
  ["tentative", "tab.answer_maybe"],
  ["declined", "tab.answer_decline"],
] as const;

export function Answering({ meeting }: { meeting: Detail }) {
  const styles = useStyles();
  const { t, api, store, notify, teams } = useSession();
  const { calendarState } = useMe();
  const action = useAction();
  const { asked, edition, key, kind } = meeting;
  if (!asked) return null;
  const give = (answer: Answer) =>
    void action.run(async () => {
      try {
        await api.reply(key, teams.context.conversation, answer, edition);
        notify(t("tab.answered"));
      } finally {
        // What was refused, too, was asked about a meeting that is no longer so.
        store.changed(["meetings"]);
      }
    });
  return (
    <Section
      title={t("tab.answer_title")}
      {...(kind === "occurrence" ? { note: t("tab.answer_series") } : {})}
    >
      {asked.text && <Text weight="semibold">{asked.text}</Text>}
      {asked.open && calendarState === "missing" && <Connecting />}
      {asked.open && calendarState !== "missing" && (
        <div className={styles.row}>
          {choices.map(([answer, name]) => (
            <ToggleButton
              key={answer}
              className={styles.button}
              checked={asked.answer === answer}
              disabledFocusable={action.busy}
              onClick={() => asked.answer !== answer && give(answer)}
            >
              {t(name)}
            </ToggleButton>
          ))}
        </div>
      )}
      <ProblemBar problem={action.problem} />
    </Section>
  );
}

/** An answer is given in one's own calendar. */
function Connecting() {
  const { t } = useSession();
  const connecting = useConnect(() => {});
  return (
    <>
      <Text>{t("tab.answer_no_calendar")}</Text>
      <div>
        <Button disabledFocusable={connecting.busy} onClick={connecting.open}>
          {t("tab.calendar_connect")}
        </Button>
      </div>
      <ProblemBar problem={connecting.problem} />
    </>
  );
}
