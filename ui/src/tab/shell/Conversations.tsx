// Chooses a chat or channel in which something can be shared.

import { Field, makeStyles, Radio, RadioGroup, Skeleton, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { type Conversation, paths, type Shareable } from "../api";
import { useSession } from "../session";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { Bar, Failed } from "./feedback";
import { Search } from "./Search";
import { useSettled } from "./useSettled";

const useStyles = makeStyles({
  list: {
    maxHeight: "280px",
    overflowY: "auto",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: "4px 8px",
  },
  search: { maxWidth: "none", width: "100%" },
  label: { display: "grid", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
  outside: { color: tokens.colorPaletteDarkOrangeForeground1 },
});

export interface ConversationsProps {
  /** What is to be shared. */
  of: Shareable;
  chosen: string;
  onChoose(id: string): void;
}

/** Which conversation it is, and what is to be known of it before something is shared there. */
function Who({
  conversation: { name, kind, team, silenced, outsiders = 0, more_outsiders },
}: {
  conversation: Conversation;
}) {
  const styles = useStyles();
  const { t } = useSession();
  const unsure = more_outsiders && outsiders === 0;
  return (
    <span className={styles.label}>
      {name}
      <Text size={200} className={styles.quiet}>
        {kind === "channel" ? t("tab.channel_of", { Team: team ?? "" }) : t("tab.chat")}
      </Text>
      {silenced && (
        <Text size={200} className={styles.quiet}>
          {t("tab.silenced")}
        </Text>
      )}
      {!silenced && outsiders > 0 && (
        <Text size={200} className={styles.outside}>
          {t(more_outsiders ? "tab.outsiders_more" : "tab.outsiders", { Count: outsiders })}
        </Text>
      )}
      {!silenced && unsure && <Text size={200}>{t("tab.outsiders_unsure")}</Text>}
    </span>
  );
}

export function Conversations({ of, chosen, onChoose }: ConversationsProps) {
  const styles = useStyles();
  const { t } = useSession();
  const [typed, setTyped] = useState("");
  const words = useSettled(typed.trim());
  const read = useResource<{ conversations: Conversation[]; note: string }>(paths.conversations(words, of));
  const found = read.data?.conversations;
  return (
    <>
      <Search className={styles.search} label={t("tab.share_search")} value={typed} onChange={setTyped} />
      {!found && read.problem && <Failed problem={read.problem} onRetry={read.retry} />}
      {!found && !read.problem && (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting rows={3} />
        </Skeleton>
      )}
      {found?.length === 0 && (
        <Text role="status">{words ? t("tab.none_found", { Words: words }) : t("tab.share_nowhere")}</Text>
      )}
      {found && found.length > 0 && (
        <Field label={t("tab.share_where")}>
          <div className={styles.list}>
            <RadioGroup value={chosen} onChange={(_, { value }) => onChoose(value)}>
              {found.map((conversation) => (
                <Radio
                  key={conversation.id}
                  value={conversation.id}
                  disabled={conversation.silenced}
                  label={<Who conversation={conversation} />}
                />
              ))}
            </RadioGroup>
          </div>
        </Field>
      )}
      {read.data?.note && <Bar>{read.data.note}</Bar>}
    </>
  );
}
