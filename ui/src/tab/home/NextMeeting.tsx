// The meeting that is being held, or that begins next, with how long it is until then.

import { Badge, Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useEffect } from "react";
import type { Upcoming } from "../api";
import { topicOf } from "../meeting/topic";
import { useMe, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { opens, opensKeys } from "../where";
import { Marks, MeetingLink } from "./MeetingRow";
import { useMeetingActions } from "./useMeetingActions";
import { useNow } from "./useNow";

const useStyles = makeStyles({
  card: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    gap: "16px 24px",
    alignItems: "center",
    padding: "20px 24px",
    borderRadius: tokens.borderRadiusXLarge,
    background: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    boxShadow: tokens.shadow4,
    borderInlineStartWidth: "4px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorBrandStroke1,
    "@media (max-width: 600px)": { gridTemplateColumns: "minmax(0, 1fr)", padding: "16px" },
  },
  live: { borderInlineStartColor: tokens.colorStatusDangerBorder2 },
  words: { display: "grid", gap: "4px", minWidth: 0 },
  // The words for how long change each second: they keep their place.
  count: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    minHeight: "24px",
    fontVariantNumeric: "tabular-nums",
    color: tokens.colorBrandForeground1,
  },
  topic: { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500, fontWeight: 600 },
  quiet: { color: tokens.colorNeutralForeground2 },
  go: { display: "grid", gap: "4px", justifyItems: "center" },
  opens: { color: tokens.colorNeutralForeground3 },
  wide: { gridColumn: "1 / -1" },
  button: { minWidth: "120px", "@media (max-width: 600px)": { width: "100%" } },
});

export function NextMeeting({ meeting }: { meeting: Upcoming }) {
  const styles = useStyles();
  const { t, dates, teams } = useSession();
  const me = useMe();
  const act = useMeetingActions(meeting);
  const now = useNow();
  const begun = meeting.live || new Date(meeting.start ?? 0) <= now;
  const starts = meeting.can.start;
  return (
    <section className={mergeClasses(styles.card, meeting.live && styles.live)} aria-label={t("tab.next")}>
      <div className={styles.words}>
        <Text size={300} weight="semibold" className={styles.count}>
          {meeting.live && (
            <Badge color="danger" appearance="filled">
              {t("tab.live")}
            </Badge>
          )}
          <Countdown meeting={meeting} now={now} />
        </Text>
        <h2 className={styles.topic}>
          <MeetingLink meeting={meeting} />
        </h2>
        <Text className={styles.quiet}>
          {meeting.start && meeting.end && dates.span(meeting.start, meeting.end)}
        </Text>
        <Marks meeting={meeting} onAdd={act.addToCalendar} busy={act.busy} />
      </div>
      {(starts || meeting.joinUrl) && (
        <div className={styles.go}>
          <Button
            className={styles.button}
            size="large"
            appearance={begun || starts ? "primary" : "secondary"}
            disabledFocusable={act.busy}
            onClick={starts ? act.start : act.join}
          >
            {t(starts ? "tab.start" : "tab.join_this")}
          </Button>
          <Text size={200} className={styles.opens}>
            {t(opensKeys[opens(me, teams.context, starts ? "start" : "join")])}
          </Text>
        </div>
      )}
      {act.problem && (
        <div className={styles.wide}>
          <ProblemBar problem={act.problem} />
        </div>
      )}
    </section>
  );
}

const minute = 60_000;

/** "in 12 minutes"; said aloud only five minutes before and at the beginning. */
function Countdown({ meeting, now }: { meeting: Upcoming; now: Date }) {
  const { t, dates, announce } = useSession();
  const topic = topicOf(meeting, t);
  const left = new Date(meeting.start ?? now).getTime() - now.getTime();
  const mark = meeting.live || left > 5 * minute || left < -minute ? "" : left > 0 ? "soon" : "now";
  useEffect(() => {
    if (mark === "soon") announce(t("tab.begins_soon", { Topic: topic }));
    if (mark === "now") announce(t("tab.begins_now", { Topic: topic }));
  }, [mark, topic, announce, t]);
  if (!meeting.live && left <= 0 && left > -minute) return <span>{t("tab.now_begins")}</span>;
  // What is live begins no more, however early it was started; and nobody has started what is not, whatever the time.
  if (meeting.start && (meeting.live ? left > -minute : left <= 0))
    return <span>{t("tab.scheduled_for", { Time: dates.time(meeting.start) })}</span>;
  if (left <= 0) return <span>{t("tab.began", { When: dates.relative(meeting.start ?? now, now) })}</span>;
  if (left < 60 * minute) {
    const seconds = Math.floor(left / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    return (
      <span role="timer" aria-label={dates.relative(meeting.start ?? now, now)}>
        {t("tab.starts_in", { Time: clock })}
      </span>
    );
  }
  if (left < 12 * 60 * minute) {
    const minutes = Math.ceil(left / minute);
    return <span>{t("tab.starts_in", { Time: dates.length(minutes) })}</span>;
  }
  return <span>{t("tab.starts", { When: dates.relative(meeting.start ?? now, now) })}</span>;
}
