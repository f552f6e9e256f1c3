// Shares a meeting to a chat or channel: the bot posts its card there.

import {
  Field,
  makeStyles,
  Radio,
  RadioGroup,
  SearchBox,
  Skeleton,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { type Conversation, type Detail, paths } from "../api";
import { useAction, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";
import { Bar, Failed } from "../shell/feedback";
import { useSettled } from "../shell/useSettled";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";

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
});

export function ShareDialog({ meeting, onClose }: { meeting: Detail; onClose(): void }) {
  const styles = useStyles();
  const { t, api, notify } = useSession();
  const action = useAction();
  const [typed, setTyped] = useState("");
  const words = useSettled(typed.trim());
  const [chosen, setChosen] = useState("");
  const read = useResource<{ conversations: Conversation[]; note: string }>(paths.conversations(words));
  const share = () =>
    void action.run(async () => {
      const { text } = await api.share(meeting.key, chosen);
      notify(text);
      onClose();
    });
  const found = read.data?.conversations;
  return (
    <FormDialog
      title={t("tab.share_title")}
      submit={t("tab.share_submit")}
      disabled={!chosen}
      action={action}
      onSubmit={share}
      onClose={onClose}
    >
      <Text>{t("tab.share_text")}</Text>
      <SearchBox
        className={styles.search}
        value={typed}
        placeholder={t("tab.share_search")}
        aria-label={t("tab.share_search")}
        onChange={(_, { value }) => setTyped(value)}
      />
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
            <RadioGroup value={chosen} onChange={(_, { value }) => setChosen(value)}>
              {found.map(({ id, name, kind, team }) => (
                <Radio
                  key={id}
                  value={id}
                  label={
                    <span className={styles.label}>
                      {name}
                      <Text size={200} className={styles.quiet}>
                        {kind === "channel" ? t("tab.channel_of", { Team: team ?? "" }) : t("tab.chat")}
                      </Text>
                    </span>
                  }
                />
              ))}
            </RadioGroup>
          </div>
        </Field>
      )}
      {read.data?.note && <Bar>{read.data.note}</Bar>}
    </FormDialog>
  );
}
