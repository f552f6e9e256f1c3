// One meeting of the list: when, what, whose, and the one thing that is done with it most.

import { Badge, Button, Link, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  ArrowRepeatAllRegular,
  CalendarAddRegular,
  DocumentTextRegular,
  LockClosedRegular,
  PersonRegular,
  VideoClipRegular,
} from "@fluentui/react-icons";
import { useEffect, useRef } from "react";
import type { Upcoming } from "../api";
import { topicOf } from "../meeting/topic";
import { placeText } from "../place";
import { useMe, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { opens, opensKeys } from "../where";
import { useMeetingActions } from "./useMeetingActions";

const useStyles = makeStyles({
  row: {
    display: "grid",
    gridTemplateColumns: "96px minmax(0, 1fr) auto",
    columnGap: "16px",
    rowGap: "4px",
    alignItems: "center",
    padding: "12px 16px",
    minHeight: "48px",
    ":not(:last-child)": { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
    ":hover": { background: tokens.colorNeutralBackground1Hover },
    "@media (max-width: 480px)": {
      gridTemplateColumns: "72px minmax(0, 1fr) auto",
      columnGap: "10px",
      padding: "10px 12px",
    },
  },
  time: { display: "grid", fontVariantNumeric: "tabular-nums" },
  clock: { whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  what: { minWidth: 0, display: "grid", gap: "2px" },
  topic: { overflowWrap: "anywhere" },
  link: {
    color: tokens.colorNeutralForeground1,
    textDecorationLine: "none",
    fontWeight: "inherit",
    fontSize: "inherit",
    lineHeight: "inherit",
    textAlign: "start",
    ":hover": { color: tokens.colorNeutralForeground1, textDecorationLine: "underline" },
    ":hover:active": { color: tokens.colorNeutralForeground1 },
  },
  marks: {
    display: "flex",
    flexWrap: "wrap",
    gap: "2px 10px",
    alignItems: "center",
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    minWidth: 0,
  },
  mark: { display: "inline-flex", gap: "4px", alignItems: "center", minWidth: 0, overflowWrap: "anywhere" },
  remains: { color: tokens.colorNeutralForeground1 },
  add: { minWidth: 0, paddingInline: "6px", whiteSpace: "nowrap" },
  badge: { whiteSpace: "nowrap", flex: "none" },
  wraps: { flexWrap: "wrap" },
  go: { minWidth: "88px", "@media (max-width: 480px)": { minWidth: "76px" } },
  wide: { gridColumn: "1 / -1" },
});

export interface MeetingRowProps {
  meeting: Upcoming;
  now: Date;
  /** It is over: what is done with it is done on its page. */
  past: boolean;
}

export function MeetingRow({ meeting, now, past }: MeetingRowProps) {
  const styles = useStyles();
  const { t, dates, teams } = useSession();
  const me = useMe();
  const act = useMeetingActions(meeting);
  const starts = meeting.can.start;
  const begun = meeting.live || (meeting.start !== undefined && new Date(meeting.start) <= now);
  const goes = starts ? "start" : "join";
  return (
    <li className={styles.row}>
      <When meeting={meeting} />
      <div className={styles.what}>
        <Text weight="semibold" className={styles.topic}>
          <MeetingLink meeting={meeting} remember />
        </Text>
        <Marks meeting={meeting} onAdd={act.addToCalendar} busy={act.busy} live past={past} />
      </div>
      {!past && (starts || meeting.joinUrl) && (
        <Button
          className={styles.go}
          size="medium"
          appearance={begun ? "primary" : "secondary"}
          disabledFocusable={act.busy}
          title={t(opensKeys[opens(me, teams.context, goes)])}
          aria-label={t(starts ? "tab.start_name" : "tab.join_name", {
            Topic: topicOf(meeting, t),
            Opens: t(opensKeys[opens(me, teams.context, goes)]),
            Time: meeting.start ? dates.moment(meeting.start) : t("tab.any_time"),
          })}
          onClick={starts ? act.start : act.join}
        >
          {t(starts ? "tab.start" : "tab.join_this")}
        </Button>
      )}
      {act.problem && (
        <div className={styles.wide}>
          <ProblemBar problem={act.problem} />
        </div>
      )}
    </li>
  );
}

function When({ meeting }: { meeting: Upcoming }) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const { start, end, allDay } = meeting;
  if (!start) return <span />; // the heading above says it
  if (allDay) return <Text weight="semibold">{t("tab.all_day")}</Text>;
  return (
    <div className={styles.time}>
      <Text weight="semibold" className={styles.clock}>
        {dates.time(start)}
      </Text>
      {end && (
        <Text size={200} className={styles.quiet}>
          {dates.length(Math.round((Date.parse(end) - Date.parse(start)) / 60_000))}
        </Text>
      )}
    </div>
  );
}

/** The way to a meeting's page. Whoever comes back from there is on the same link again. */
export function MeetingLink({ meeting, remember }: { meeting: Upcoming; remember?: boolean }) {
  const styles = useStyles();
  const { t, navigation, opened } = useSession();
  const { key, original } = meeting;
  const place = { page: "meeting", key, ...(original ? { original } : {}) } as const;
  const text = placeText(place);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (!remember || opened.current !== text) return;
    opened.current = "";
    link.current?.focus();
  }, [remember, text, opened]);
  return (
    <Link
      ref={link}
      href={`#/${text}`}
      className={styles.link}
      onClick={(event) => {
        event.preventDefault();
        opened.current = text;
        navigation.go(place);
      }}
    >
      {topicOf(meeting, t)}
    </Link>
  );
}

export interface MarksProps {
  meeting: Upcoming;
  onAdd(): void;
  busy: boolean;
  /** Says that it is being held, too. */
  live?: boolean;
  /** It is over: what remains of it matters more than whether it is in the calendar. */
  past?: boolean;
}

/** Whose it is and what is special about it. */
export function Marks({ meeting, onAdd, busy, live, past }: MarksProps) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <div className={styles.marks}>
      {live && meeting.live && (
        <Badge color="danger" size="small">
          {t("tab.live")}
        </Badge>
      )}
      <span className={styles.mark}>
        {meeting.host ? (
          t("tab.host_you")
        ) : (
          <>
            <PersonRegular aria-hidden />
            {meeting.hostName ? t("tab.host", { Name: meeting.hostName }) : t("tab.host_other")}
          </>
        )}
      </span>
      {meeting.kind !== "once" && (
        <span className={styles.mark}>
          <ArrowRepeatAllRegular aria-hidden />
          {t("tab.series")}
        </span>
      )}
      {meeting.private && (
        <span className={styles.mark}>
          <LockClosedRegular aria-hidden />
          {t("tab.private")}
        </span>
      )}
      {meeting.remains?.includes("recording") && (
        <span className={mergeClasses(styles.mark, styles.remains)}>
          <VideoClipRegular aria-hidden />
          {t("tab.past_recording")}
        </span>
      )}
      {meeting.remains?.includes("summary") && (
        <span className={mergeClasses(styles.mark, styles.remains)}>
          <DocumentTextRegular aria-hidden />
          {t("tab.past_summary")}
        </span>
      )}
      {!past && meeting.calendar === "pending" && (
        <span className={styles.mark}>{t("tab.calendar_pending")}</span>
      )}
      {!past && meeting.onlyInZoom && (
        <span className={mergeClasses(styles.mark, styles.wraps)}>
          <Badge className={styles.badge} appearance="outline" color="informative" size="small">
            {t("tab.only_in_zoom")}
          </Badge>
          {meeting.can.addToCalendar && (
            <Button
              className={styles.add}
              size="small"
              appearance="subtle"
              icon={<CalendarAddRegular />}
              disabledFocusable={busy}
              aria-label={t("tab.calendar_add_name", { Topic: meeting.topic })}
              onClick={onAdd}
            >
              {t("tab.calendar_add")}
            </Button>
          )}
        </span>
      )}
    </div>
  );
}
