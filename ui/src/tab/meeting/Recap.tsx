// What remains of the last time that a meeting was held: the recording, and what AI Companion wrote.

import { Button, Link, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ChatRegular, TextDescriptionRegular, VideoClipRegular } from "@fluentui/react-icons";
import type { Detail } from "../api";
import { useNow } from "../home/useNow";
import type { Readable } from "../place";
import { useAction, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { Section } from "../shell/Section";

const useStyles = makeStyles({
  recording: { display: "flex", gap: "8px 16px", alignItems: "center", flexWrap: "wrap" },
  words: { display: "grid", gap: "2px", flex: "1 1 240px", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3, overflowWrap: "anywhere" },
  summary: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "8px" },
  points: { display: "grid", gap: "4px" },
  point: { margin: 0, overflowWrap: "anywhere", lineHeight: "20px" },
  heading: { fontWeight: tokens.fontWeightSemibold, paddingTop: "6px" },
  bullet: { display: "list-item", listStyle: "disc", marginInlineStart: "20px" },
  link: { justifySelf: "start" },
  deep: { marginInlineStart: "40px" },
});

export interface RecapProps {
  meeting: Detail;
  recap: NonNullable<Detail["recap"]>;
}

export function Recap({ meeting, recap }: RecapProps) {
  const styles = useStyles();
  const { t, dates, teams, navigation } = useSession();
  const action = useAction();
  const now = useNow(60_000);
  const { started, ended, recording, recordingText, passcode, transcript, chat, summary, summaryPage } =
    recap;
  const { key, original } = meeting;
  const read = (what: Readable) =>
    navigation.go({ page: "read", key, what, ...(original ? { original } : {}) });
  const open = (url: string) => void action.run(() => teams.openLink(url));
  return (
    <Section title={t("tab.recap")} note={`${dates.day(started, now)} · ${dates.span(started, ended)}`}>
      <ProblemBar problem={action.problem} />
      {recording && (
        <div className={styles.recording}>
          <div className={styles.words}>
            <Text>{recordingText}</Text>
            {passcode && (
              <Text size={200} className={styles.quiet}>
                {t("tab.recap_passcode", { Passcode: passcode })}
              </Text>
            )}
          </div>
          <Button icon={<VideoClipRegular />} onClick={() => open(recording)}>
            {t("tab.recap_open")}
          </Button>
          {transcript && (
            <Button icon={<TextDescriptionRegular />} onClick={() => read("transcript")}>
              {t("tab.recap_transcript")}
            </Button>
          )}
          {chat && (
            <Button icon={<ChatRegular />} onClick={() => read("chat")}>
              {t("tab.recap_chat")}
            </Button>
          )}
        </div>
      )}
      {summary && summary.length > 0 && (
        <div className={styles.summary}>
          <Text as="h3" weight="semibold">
            {t("tab.recap_summary")}
          </Text>
          <div className={styles.points}>
            {summary.map(({ text, heading, level }, i) => (
              <p
                // biome-ignore lint/suspicious/noArrayIndexKey: a text that is replaced as a whole
                key={i}
                className={mergeClasses(
                  styles.point,
                  heading && styles.heading,
                  level !== undefined && styles.bullet,
                  level !== undefined && level > 1 && styles.deep,
                )}
              >
                {text}
              </p>
            ))}
          </div>
          {summaryPage && (
            <Link as="button" className={styles.link} onClick={() => open(summaryPage)}>
              {t("tab.recap_summary_open")}
            </Link>
          )}
        </div>
      )}
    </Section>
  );
}
