// The first screen: what can be done at once, what is next, and everything that is coming.

import { Button, makeStyles, Skeleton, tokens } from "@fluentui/react-components";
import {
  CalendarLtrRegular,
  HistoryRegular,
  SearchRegular,
  SettingsRegular,
  WhiteboardRegular,
} from "@fluentui/react-icons";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { paths, type Upcoming, type Wish } from "../api";
import { useMe, useSession } from "../session";
import { Bar, Failed, ProblemBar, StandIn } from "../shell/feedback";
import { dialog } from "../shell/loaded";
import { Page } from "../shell/Page";
import { Search } from "../shell/Search";
import { useSettled } from "../shell/useSettled";
import { useConnect } from "../start/Connect";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { addDays, beginOf, dayOf } from "../text/dates";
import { Actions } from "./Actions";
import { Days } from "./Days";
import { ahead, next } from "./days";
import { Missed } from "./Missed";
import { NextMeeting } from "./NextMeeting";
import { Stale } from "./Stale";
import { useNow } from "./useNow";
import { Wishes } from "./Wishes";

const JoinDialog = dialog(() => import("../quick/JoinDialog"));
const ScreenDialog = dialog(() => import("../quick/ScreenDialog"));

const useStyles = makeStyles({
  list: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  find: { display: "flex", flexWrap: "wrap", gap: "8px", justifyContent: "space-between" },
  past: { marginInlineStart: "auto" },
  search: { maxWidth: "none", width: "100%", "@media (min-width: 601px)": { width: "320px" } },
  more: { justifySelf: "center" },
  foot: { color: tokens.colorNeutralForeground3, textAlign: "center" },
});

const step = 30;

interface List {
  meetings: Upcoming[];
  notes: string[];
  waiting: Wish[];
}

export function Home({ open }: { open: "join" | "screen" | undefined }) {
  const styles = useStyles();
  const { t, dates, navigation } = useSession();
  const me = useMe();
  const minute = useNow(60_000);
  const [days, setDays] = useState(step);
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(useSettled(typed.trim()));
  const today = dayOf(minute, dates.zone);
  const from = beginOf(today, dates.zone);
  const until = beginOf(addDays(today, words ? 365 : days), dates.zone);
  const list = useResource<List>(paths.meetings(from.toISOString(), until.toISOString(), words), [
    "meetings",
  ]);
  const shown = useLast(list.data, words);
  const coming = shown?.meetings.filter((meeting) => ahead(meeting, minute)) ?? [];
  const soonest = words ? undefined : next(coming, minute);
  const close = () => navigation.go({ page: "home" });
  return (
    <Page
      back={false}
      title={t("tab.home")}
      aside={
        <>
          {me.features.whiteboard && (
            <Button
              appearance="subtle"
              icon={<WhiteboardRegular />}
              onClick={() => navigation.go({ page: "boards" })}
            >
              {t("tab.boards")}
            </Button>
          )}
          <Button
            appearance="subtle"
            icon={<SettingsRegular />}
            aria-label={t("tab.settings")}
            onClick={() => navigation.go({ page: "settings" })}
          />
        </>
      }
    >
      <Actions />
      <CalendarNote />
      {shown && list.problem && <Stale at={list.at} problem={list.problem} onRetry={list.retry} />}
      {shown?.notes.map((note) => (
        <Bar key={note} intent="warning">
          {note}
        </Bar>
      ))}
      {shown && <Wishes wishes={shown.waiting} />}
      <Missed />
      {soonest && <NextMeeting meeting={soonest} />}
      <section className={styles.list} aria-label={t("tab.list")}>
        <div className={styles.find}>
          {(coming.length > 0 || typed) && (
            <Search className={styles.search} label={t("tab.search")} value={typed} onChange={setTyped} />
          )}
          <Button
            className={styles.past}
            appearance="subtle"
            icon={<HistoryRegular />}
            onClick={() => navigation.go({ page: "past" })}
          >
            {t("tab.past")}
          </Button>
        </div>
        {!shown && list.problem ? (
          <Failed problem={list.problem} onRetry={list.retry} />
        ) : !shown ? (
          <Skeleton aria-label={t("tab.loading")}>
            <RowsWaiting />
          </Skeleton>
        ) : coming.length === 0 ? (
          <Nothing words={words} />
        ) : (
          <Days meetings={coming} now={minute} />
        )}
        <Found words={words} count={shown && !list.loading ? coming.length : undefined} />
        {shown && !words && (
          <Button className={styles.more} appearance="subtle" onClick={() => setDays(days + step)}>
            {t("tab.later", { Date: dates.day(until, minute) })}
          </Button>
        )}
      </section>
      {open === "join" && <JoinDialog onClose={close} />}
      {open === "screen" && <ScreenDialog onClose={close} />}
    </Page>
  );
}

/** What was read last, until there is more: a longer list or a found one does not make the page jump. */
export function useLast<T>(data: T | undefined, words: string): T | undefined {
  const last = useRef<{ data: T; words: string }>(undefined);
  useEffect(() => {
    if (data) last.current = { data, words };
  }, [data, words]);
  return data ?? last.current?.data;
}

function Nothing({ words }: { words: string }) {
  const { t, navigation } = useSession();
  if (words) {
    return (
      <StandIn
        icon={<SearchRegular />}
        title={t("tab.none_found", { Words: words })}
        actions={
          <Button onClick={() => navigation.go({ page: "past", words })}>{t("tab.past_search")}</Button>
        }
      >
        {t("tab.none_found_text")}
      </StandIn>
    );
  }
  return (
    <StandIn
      icon={<CalendarLtrRegular />}
      title={t("tab.empty_title")}
      actions={
        <Button appearance="primary" onClick={() => navigation.go({ page: "schedule" })}>
          {t("tab.schedule")}
        </Button>
      }
    >
      {t("tab.empty_text")}
    </StandIn>
  );
}

/** Says how many meetings a search has found. */
function Found({ words, count }: { words: string; count: number | undefined }) {
  const { t, announce } = useSession();
  useEffect(() => {
    if (words && count !== undefined) announce(t("tab.found", { Count: count }));
  }, [words, count, announce, t]);
  return null;
}

/** Without the calendar, meetings are made all the same; the way to change that is one button. That there is no mailbox is said by the list. */
function CalendarNote() {
  const { t } = useSession();
  const { calendarState } = useMe();
  const connecting = useConnect(() => {});
  if (calendarState !== "missing") return null;
  return (
    <>
      <Bar
        intent="warning"
        actions={
          <Button size="small" disabled={connecting.busy} onClick={connecting.open}>
            {t("tab.calendar_connect")}
          </Button>
        }
      >
        {t("tab.calendar_missing")}
      </Bar>
      <ProblemBar problem={connecting.problem} />
    </>
  );
}
