// The tab of a chat or channel: its meetings, for everybody who is in it, whether they have a Zoom account or not.

import { Button, makeStyles, Skeleton, Text, tokens } from "@fluentui/react-components";
import {
  AppsAddInRegular,
  CalendarAddRegular,
  CalendarLtrRegular,
  VideoRegular,
} from "@fluentui/react-icons";
import { useEffect } from "react";
import { type Here, type Me, Problem, paths, type Upcoming } from "../api";
import { Days } from "../home/Days";
import { MeetingLink } from "../home/MeetingRow";
import { Stale } from "../home/Stale";
import { useNow } from "../home/useNow";
import { useStartNow } from "../home/useStartNow";
import { useAction, useSession } from "../session";
import { Bar, Failed, ProblemBar, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Section } from "../shell/Section";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import type { TabConversation } from "../teams";

const useStyles = makeStyles({
  buttons: { display: "flex", flexWrap: "wrap", gap: "8px" },
  past: { listStyle: "none", margin: 0, padding: 0, display: "grid", gap: "10px" },
  line: {
    display: "flex",
    flexWrap: "wrap",
    gap: "2px 12px",
    alignItems: "baseline",
    overflowWrap: "anywhere",
  },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export default function ConversationPage({ at }: { at: TabConversation }) {
  const { t, store } = useSession();
  const minute = useNow(60_000);
  const list = useResource<Here>(paths.here(at), ["meetings", "policy"]);
  // Who opened it before the app was in the conversation hears of no change there.
  const tick = minute.getTime();
  // biome-ignore lint/correctness/useExhaustiveDependencies: each minute it is read again.
  useEffect(() => store.refresh(paths.here(at)), [store, at, tick]);
  const here = list.data;
  const name = here?.name ?? at.name;
  return (
    <Page back={false} title={name ? t("tab.here_in", { Name: name }) : t("tab.here")}>
      {here && list.problem && <Stale at={list.at} problem={list.problem} onRetry={list.retry} />}
      {here && here.posts !== "not_installed" && <Doing here={here} at={at} />}
      {here ? (
        <Meetings here={here} minute={minute} onRetry={list.retry} />
      ) : list.problem ? (
        <Failed problem={list.problem} onRetry={list.retry} />
      ) : (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting />
        </Skeleton>
      )}
    </Page>
  );
}

/** What can be done here; where nobody has been asked yet whether Causeway may post, that comes first. */
function Doing({ here, at }: { here: Here; at: TabConversation }) {
  const styles = useStyles();
  const { t, api, store, navigation, notify } = useSession();
  const start = useStartNow();
  const action = useAction();
  const admit = () =>
    void action.run(async () => {
      store.put(paths.here(at), ["meetings", "policy"], await api.admit(at));
      notify(t("tab.here_admitted"));
    });
  const schedule = () =>
    void action.run(async () => {
      // Done again after connecting, it is as it is then.
      const me = store.snapshot(paths.me).data as Me | undefined;
      if (me?.zoom !== "linked") throw new Problem("not_linked", "");
      navigation.go({ page: "schedule" });
    });
  if (here.posts === "not_asked") {
    return (
      <>
        <Bar
          actions={
            <Button size="small" disabledFocusable={action.busy} onClick={admit}>
              {t("tab.here_admit")}
            </Button>
          }
        >
          {t("tab.here_not_asked")}
        </Bar>
        <ProblemBar problem={action.problem} />
      </>
    );
  }
  return (
    <>
      {/* Before the first message is refused, Teams alone knows what kind of channel it is. */}
      {(here.posts === "refused" || at.private) && <Bar>{t("tab.here_refused")}</Bar>}
      <div className={styles.buttons}>
        <Button
          appearance="primary"
          icon={<VideoRegular />}
          disabledFocusable={start.busy}
          onClick={start.press}
        >
          {t("tab.now")}
        </Button>
        <Button icon={<CalendarAddRegular />} onClick={schedule}>
          {t("tab.schedule")}
        </Button>
      </div>
      <ProblemBar problem={start.problem ?? action.problem} />
    </>
  );
}

function Meetings({ here, minute, onRetry }: { here: Here; minute: Date; onRetry(): void }) {
  const { t } = useSession();
  if (here.posts === "not_installed") {
    return (
      <StandIn
        icon={<AppsAddInRegular />}
        title={t("tab.here_not_installed_title")}
        actions={<Button onClick={onRetry}>{t("tab.check_again")}</Button>}
      >
        {t("tab.here_not_installed_text")}
      </StandIn>
    );
  }
  return (
    <>
      {here.upcoming.length > 0 ? (
        <Days meetings={here.upcoming} now={minute} />
      ) : (
        <StandIn icon={<CalendarLtrRegular />} title={t("tab.here_empty_title")}>
          {t("tab.here_empty_text")}
        </StandIn>
      )}
      {here.past.length > 0 && <Past meetings={here.past} now={minute} />}
    </>
  );
}

/** Meetings that are over, each with the way to what remains of it. */
function Past({ meetings, now }: { meetings: Upcoming[]; now: Date }) {
  const styles = useStyles();
  const { t, dates } = useSession();
  return (
    <Section title={t("tab.here_past")} note={t("tab.here_past_note")}>
      <ul className={styles.past}>
        {meetings.map((meeting) => (
          <li key={`${meeting.key} ${meeting.original ?? ""}`} className={styles.line}>
            <Text weight="semibold">
              <MeetingLink meeting={meeting} remember />
            </Text>
            <Text size={200} className={styles.quiet}>
              {meeting.start && meeting.end && (
                <>
                  {dates.day(meeting.start, now)} · {dates.span(meeting.start, meeting.end)}
                </>
              )}
            </Text>
          </li>
        ))}
      </ul>
    </Section>
  );
}
