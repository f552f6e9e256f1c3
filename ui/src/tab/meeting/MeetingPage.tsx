// Everything about one meeting, and everything that can be done with it.

import { Badge, makeStyles, Skeleton, Text, tokens } from "@fluentui/react-components";
import { CalendarCancelRegular, CalendarLtrRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type Detail, paths } from "../api";
import { useNow } from "../home/useNow";
import { useSession } from "../session";
import { Bar, Failed, ProblemBar, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Section } from "../shell/Section";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { Answering } from "./Answering";
import { CancelDialog } from "./CancelDialog";
import { Facts } from "./Facts";
import { Following } from "./Following";
import { People } from "./People";
import { Recap } from "./Recap";
import { ShareDialog } from "./ShareDialog";
import { Tools } from "./Tools";
import { topicOf } from "./topic";

const useStyles = makeStyles({
  when: { display: "grid", gap: "2px" },
  time: { fontVariantNumeric: "tabular-nums" },
  quiet: { color: tokens.colorNeutralForeground3 },
  state: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center", paddingTop: "4px" },
  agenda: { whiteSpace: "pre-line", overflowWrap: "anywhere", lineHeight: "22px" },
});

export interface MeetingPageProps {
  meetingKey: string;
  original: string | undefined;
}

export default function MeetingPage({ meetingKey, original }: MeetingPageProps) {
  const { t, teams } = useSession();
  const path = paths.meeting(meetingKey, original, teams.context.conversation);
  const read = useResource<Detail>(path, ["meetings"]);
  const [gone, setGone] = useState<{ topic: string; what: string }>();
  if (gone) return <Cancelled {...gone} />;
  if (read.data) {
    const { topic } = read.data;
    return (
      <Shown meeting={read.data} problem={read.problem} onCancelled={(what) => setGone({ topic, what })} />
    );
  }
  return (
    <Page title={t("tab.meeting")}>
      {read.problem?.kind === "not_found" ? (
        <StandIn icon={<CalendarCancelRegular />} title={t("tab.gone_title")}>
          {read.problem.message || t("tab.gone_text")}
        </StandIn>
      ) : read.problem ? (
        <Failed problem={read.problem} onRetry={read.retry} />
      ) : (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting rows={5} />
        </Skeleton>
      )}
    </Page>
  );
}

interface ShownProps {
  meeting: Detail;
  problem: Parameters<typeof ProblemBar>[0]["problem"];
  onCancelled(what: string): void;
}

function Shown({ meeting, problem, onCancelled }: ShownProps) {
  const styles = useStyles();
  const { t } = useSession();
  const [dialog, setDialog] = useState<"share" | "cancel">();
  return (
    <Page title={topicOf(meeting, t)}>
      <When meeting={meeting} />
      <ProblemBar problem={problem} />
      {meeting.problems.map((text) => (
        <Bar key={text} intent="warning">
          {text}
        </Bar>
      ))}
      <Tools meeting={meeting} onShare={() => setDialog("share")} onCancel={() => setDialog("cancel")} />
      <Answering meeting={meeting} />
      {meeting.recap && <Recap meeting={meeting} recap={meeting.recap} />}
      <Facts meeting={meeting} />
      <Following meeting={meeting} />
      {meeting.agenda && (
        <Section title={t("tab.agenda")}>
          <Text className={styles.agenda}>{meeting.agenda}</Text>
        </Section>
      )}
      <People invitees={meeting.invitees} />
      {dialog === "share" && <ShareDialog meeting={meeting} onClose={() => setDialog(undefined)} />}
      {dialog === "cancel" && (
        <CancelDialog meeting={meeting} onCancelled={onCancelled} onClose={() => setDialog(undefined)} />
      )}
    </Page>
  );
}

function When({ meeting }: { meeting: Detail }) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const now = useNow(30_000);
  const { start, end, zone, allDay } = meeting;
  const elsewhere = start && zone !== dates.zone && dates.time(start, zone) !== dates.time(start);
  return (
    <div className={styles.when}>
      {!start && <Text size={400}>{t("tab.any_time_text")}</Text>}
      {start && allDay && (
        <Text size={400}>
          {dates.day(start, now, zone)} · {t("tab.all_day")}
        </Text>
      )}
      {start && end && !allDay && (
        <Text size={400} className={styles.time}>
          {dates.day(start, now)} · {dates.span(start, end)}
        </Text>
      )}
      {elsewhere && !allDay && end && (
        <Text className={styles.quiet}>
          {t("tab.in_zone", {
            Time: dates.span(start, end, zone),
            Zone: dates.zoneName(zone, new Date(start)),
          })}
        </Text>
      )}
      {meeting.repeats && <Text className={styles.quiet}>{meeting.repeats}</Text>}
      <div className={styles.state}>
        {meeting.live && <Badge color="danger">{t("tab.live")}</Badge>}
        {meeting.onlyInZoom && (
          <Badge appearance="outline" color="informative">
            {t("tab.only_in_zoom")}
          </Badge>
        )}
        {meeting.private && (
          <Badge appearance="outline" color="informative">
            {t("tab.private")}
          </Badge>
        )}
        {start && !allDay && !meeting.live && new Date(start) > now && (
          <Text className={styles.quiet}>{t("tab.starts", { When: dates.relative(start, now) })}</Text>
        )}
      </div>
    </div>
  );
}

/** What is left of a meeting that was cancelled just now. */
function Cancelled({ topic, what }: { topic: string; what: string }) {
  const { t } = useSession();
  return (
    <Page title={topic}>
      <StandIn icon={<CalendarLtrRegular />} title={t("tab.cancelled_title")}>
        {t("tab.cancelled_text", { What: what })}
      </StandIn>
    </Page>
  );
}
