// What was said in a meeting, or written in its chat: read at Zoom when this page is opened, and kept nowhere.

import { Button, Link, makeStyles, Skeleton, Text, tokens } from "@fluentui/react-components";
import { TextDescriptionRegular } from "@fluentui/react-icons";
import { memo, useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { type Detail, Problem, paths, type Transcript } from "../api";
import { useNow } from "../home/useNow";
import type { Readable } from "../place";
import { useAction, useSession } from "../session";
import { Bar, Failed, ProblemBar, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Search } from "../shell/Search";
import { useSettled } from "../shell/useSettled";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { topicOf } from "./topic";

const useStyles = makeStyles({
  quiet: { color: tokens.colorNeutralForeground3 },
  list: {
    margin: 0,
    padding: "8px 24px",
    listStyle: "none",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    "@media (max-width: 600px)": { padding: "4px 12px" },
  },
  // What is far away costs nothing: hours of talk are as quick as a minute.
  line: { padding: "8px 0", contentVisibility: "auto", containIntrinsicSize: "auto 64px" },
  head: { display: "flex", flexWrap: "wrap", gap: "0 12px", alignItems: "baseline" },
  who: { fontWeight: tokens.fontWeightSemibold, overflowWrap: "anywhere" },
  at: { color: tokens.colorNeutralForeground3, fontVariantNumeric: "tabular-nums" },
  said: { margin: 0, lineHeight: "22px", overflowWrap: "anywhere", whiteSpace: "pre-line" },
  mark: { background: tokens.colorPaletteYellowBackground2, color: tokens.colorNeutralForeground1 },
  more: { justifySelf: "center" },
});

const step = 200;

export interface TranscriptPageProps {
  meetingKey: string;
  original: string | undefined;
  what: Readable;
}

export default function TranscriptPage({ meetingKey, original, what }: TranscriptPageProps) {
  const styles = useStyles();
  const { t, dates, teams } = useSession();
  const now = useNow(60_000);
  const meeting = useResource<Detail>(paths.meeting(meetingKey, original, teams.context.conversation), [
    "meetings",
  ]).data;
  const { read, problem, retry } = useOnce<Transcript>(paths.text(meetingKey, original, what));
  const recap = meeting?.recap;
  const withdrawn = meeting && !recap?.[what];
  return (
    <Page title={t(what === "chat" ? "tab.recap_chat" : "tab.recap_transcript")}>
      {meeting && (
        <Text className={styles.quiet}>
          {topicOf(meeting, t)}
          {recap && ` · ${dates.day(recap.started, now)} · ${dates.span(recap.started, recap.ended)}`}
        </Text>
      )}
      {withdrawn || problem?.kind === "not_found" ? (
        <StandIn icon={<TextDescriptionRegular />} title={t("tab.text_gone")}>
          {(!withdrawn && problem?.message) || t("tab.text_gone_text")}
        </StandIn>
      ) : problem ? (
        <Failed problem={problem} onRetry={retry} />
      ) : !read ? (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting rows={5} />
        </Skeleton>
      ) : read.note ? (
        <AtZoom note={read.note} page={read.page} />
      ) : read.lines.length === 0 ? (
        <StandIn icon={<TextDescriptionRegular />} title={t("tab.text_empty")} />
      ) : (
        <Words lines={read.lines} />
      )}
    </Page>
  );
}

/** An answer that is asked for once, and again when the person says so or the connection is there again: each time is one at Zoom. */
function useOnce<T>(path: string): { read?: T; problem?: Problem; retry(): void } {
  const { api } = useSession();
  const [came, setCame] = useState<{ read?: T; problem?: Problem }>({});
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another try asks again
  useEffect(() => {
    const ended = new AbortController();
    setCame({});
    api.get<T>(path, ended.signal).then(
      (read) => setCame({ read }),
      (error) =>
        !ended.signal.aborted &&
        setCame({ problem: error instanceof Problem ? error : new Problem("internal", "") }),
    );
    return () => ended.abort();
  }, [api, path, tries]);
  const retry = useCallback(() => setTries((before) => before + 1), []);
  const waits = came.problem?.kind === "offline";
  useEffect(() => {
    if (!waits) return;
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [waits, retry]);
  return { ...came, retry };
}

function AtZoom({ note, page }: { note: string; page: string | undefined }) {
  const { t, teams } = useSession();
  const action = useAction();
  return (
    <>
      <ProblemBar problem={action.problem} />
      <Bar intent="warning">
        {note}{" "}
        {page && (
          <Link as="button" inline onClick={() => void action.run(() => teams.openLink(page))}>
            {t("tab.text_at_zoom")}
          </Link>
        )}
      </Bar>
    </>
  );
}

type SaidLine = Transcript["lines"][number];

function Words({ lines }: { lines: SaidLine[] }) {
  const styles = useStyles();
  const { t, announce } = useSession();
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(useSettled(typed.trim()));
  const [most, setMost] = useState(step);
  const sought = useMemo(
    () => (words ? new RegExp(words.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "gi") : undefined),
    [words],
  );
  const found = useMemo(
    () =>
      sought
        ? lines.filter(({ who, text }) => text.search(sought) >= 0 || (who ?? "").search(sought) >= 0)
        : lines,
    [lines, sought],
  );
  const count = words ? t("tab.text_found", { Count: found.length }) : "";
  useEffect(() => {
    if (count) announce(count);
  }, [count, announce]);
  return (
    <>
      <Search
        label={t("tab.text_search")}
        value={typed}
        onChange={(value) => {
          setTyped(value);
          setMost(step);
        }}
      />
      {count && (
        <Text size={200} className={styles.quiet}>
          {count}
        </Text>
      )}
      {found.length > 0 && (
        <ol className={styles.list}>
          {found.slice(0, most).map((line, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a text that does not change
            <Said key={i} line={line} sought={sought} />
          ))}
        </ol>
      )}
      {found.length > most && (
        <Button className={styles.more} appearance="subtle" onClick={() => setMost(most + step)}>
          {t("tab.text_more", { Count: found.length - most })}
        </Button>
      )}
    </>
  );
}

const Said = memo(function Said({ line, sought }: { line: SaidLine; sought: RegExp | undefined }) {
  const styles = useStyles();
  const { at, who, text } = line;
  return (
    <li className={styles.line}>
      <div className={styles.head}>
        {who && (
          <bdi className={styles.who}>
            <Marked text={who} sought={sought} />
          </bdi>
        )}
        <time className={styles.at} dateTime={`PT${at}S`}>
          {clock(at)}
        </time>
      </div>
      <p className={styles.said} dir="auto">
        <Marked text={text} sought={sought} />
      </p>
    </li>
  );
});

function Marked({ text, sought }: { text: string; sought: RegExp | undefined }) {
  const styles = useStyles();
  if (!sought) return text;
  let from = 0;
  const parts = [...text.matchAll(sought)].flatMap(({ 0: hit, index }) => {
    const before = text.slice(from, index);
    from = index + hit.length;
    return [
      before,
      <mark key={index} className={styles.mark}>
        {hit}
      </mark>,
    ];
  });
  return [...parts, text.slice(from)];
}

/** "2:05", or "1:02:05". */
function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (!parts[0]) parts.shift();
  return parts.map((part, i) => (i ? String(part).padStart(2, "0") : part)).join(":");
}
