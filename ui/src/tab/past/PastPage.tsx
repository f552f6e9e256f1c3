// The meetings that are over, each with the way to what remains of it: the newest first, as far back as they are kept.

import { Button, makeStyles, Skeleton, Text, tokens } from "@fluentui/react-components";
import { HistoryRegular, SearchRegular } from "@fluentui/react-icons";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { type MeetingList, paths } from "../api";
import { Days } from "../home/Days";
import { useLast } from "../home/Home";
import { Stale } from "../home/Stale";
import { useNow } from "../home/useNow";
import { useSession } from "../session";
import { Bar, Failed, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Search } from "../shell/Search";
import { useSettled } from "../shell/useSettled";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { addDays, beginOf, dayOf } from "../text/dates";

const useStyles = makeStyles({
  search: { maxWidth: "none", width: "100%", "@media (min-width: 601px)": { width: "320px" } },
  quiet: { color: tokens.colorNeutralForeground3 },
  foot: {
    justifySelf: "center",
    textAlign: "center",
    color: tokens.colorNeutralForeground3,
    outline: "none",
  },
  more: { justifySelf: "center" },
});

const month = 30; // days

export default function PastPage({ words: sought }: { words: string }) {
  const styles = useStyles();
  const { t, dates, navigation, announce } = useSession();
  const { go } = navigation;
  const minute = useNow(60_000);
  const [months, setMonths] = useState(1);
  const [typed, setTyped] = useState(sought);
  const words = useDeferredValue(useSettled(typed.trim()));
  // Whoever comes back from a meeting finds again what was searched for.
  useEffect(() => {
    if (words !== sought) go({ page: "past", ...(words ? { words } : {}) }, { replace: true });
  }, [words, sought, go]);
  const from = beginOf(addDays(dayOf(minute, dates.zone), -months * month), dates.zone);
  const list = useResource<MeetingList>(paths.past(words ? "" : from.toISOString(), words), ["meetings"]);
  const shown = useLast(list.data, words);
  const since = new Date(shown?.since ?? from);
  const ended = words !== "" || from <= since;
  const count = list.data?.meetings.length;
  const asked = words !== "" || months > 1;
  useEffect(() => {
    if (asked && count !== undefined) announce(t("tab.found", { Count: count }));
  }, [asked, count, announce, t]);
  return (
    <Page title={t("tab.past")}>
      {shown && list.problem && <Stale at={list.at} problem={list.problem} onRetry={list.retry} />}
      {shown?.notes.map((note) => (
        <Bar key={note} intent="warning">
          {note}
        </Bar>
      ))}
      <Search className={styles.search} label={t("tab.past_search")} value={typed} onChange={setTyped} />
      {!shown && list.problem ? (
        <Failed problem={list.problem} onRetry={list.retry} />
      ) : !shown ? (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting />
        </Skeleton>
      ) : shown.meetings.length === 0 ? (
        <StandIn
          icon={words ? <SearchRegular /> : <HistoryRegular />}
          title={
            words
              ? t("tab.none_found", { Words: words })
              : t("tab.past_empty_title", { Date: dates.day(ended ? since : from, minute) })
          }
        >
          {t(words ? "tab.past_none_found_text" : "tab.past_empty_text")}
        </StandIn>
      ) : (
        <>
          <Text className={styles.quiet}>{t("tab.here_past_note")}</Text>
          <Days meetings={shown.meetings} now={minute} past />
        </>
      )}
      {shown && !ended && (
        <Button
          className={styles.more}
          appearance="subtle"
          disabledFocusable={list.loading}
          onClick={() => setMonths(months + 1)}
        >
          {t("tab.past_earlier", { Date: dates.day(from, minute) })}
        </Button>
      )}
      {shown && ended && <End text={t("tab.past_end", { Date: dates.day(since, minute) })} />}
    </Page>
  );
}

/** Where the list ends. Whoever has pressed the button that stood here is still here. */
function End({ text }: { text: string }) {
  const styles = useStyles();
  const foot = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) foot.current?.focus();
  }, []);
  return (
    <Text ref={foot} tabIndex={-1} size={200} className={styles.foot}>
      {text}
    </Text>
  );
}
