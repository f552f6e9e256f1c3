// A search command: type, choose a result, and it lies in the box to write in.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Input,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { SearchRegular } from "@fluentui/react-icons";
import { useCallback, useEffect, useState } from "react";
import { type App, type Attachment, api, type Chat, type Command, type Outcome } from "../api";
import { useOutcomes } from "../outcome/outcomes";
import { Empty } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  list: { listStyle: "none", margin: "12px 0 0", padding: 0, display: "grid", gap: "4px" },
  item: {
    width: "100%",
    display: "grid",
    padding: "8px 10px",
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground1,
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1Hover },
  },
  field: { width: "100%" },
  wait: { padding: "24px" },
  quiet: { opacity: 0.78 },
});

const pause = 300;

export interface SearchProps {
  app: App;
  command: Command;
  chat: Chat;
  onChoose(attachment: Attachment): void;
  onClose(): void;
}

export function Search({ app, command, chat, onChoose, onClose }: SearchProps) {
  const styles = useStyles();
  const { t } = useText();
  const [query, setQuery] = useState("");
  const found = useFound(chat, command, app, query, onClose);
  return (
    <Dialog open onOpenChange={(_, change) => !change.open && onClose()}>
      <DialogSurface style={{ maxWidth: 480 }}>
        <DialogBody>
          <DialogTitle>{command.title}</DialogTitle>
          <DialogContent>
            <Input
              className={styles.field}
              autoFocus
              contentBefore={<SearchRegular />}
              value={query}
              placeholder={command.description}
              aria-label={command.description || command.title}
              onChange={(_, change) => setQuery(change.value)}
            />
            {!found && <Spinner className={styles.wait} label={t("loading")} />}
            {found?.length === 0 && <Empty compact icon={<SearchRegular />} title={t("search.none")} />}
            <ul className={styles.list}>
              {found?.map((attachment, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: results have no name of their own.
                <li key={index}>
                  <button type="button" className={styles.item} onClick={() => onChoose(attachment)}>
                    <Text weight="semibold">{attachment.preview?.content.title ?? command.title}</Text>
                    <Text size={200} className={styles.quiet}>
                      {attachment.preview?.content.subtitle ?? attachment.preview?.content.text}
                    </Text>
                  </button>
                </li>
              ))}
            </ul>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("compose.cancel")}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** The results for what was typed; undefined while they are on their way. Anything else closes the search. */
function useFound(
  chat: Chat,
  command: Command,
  app: App,
  query: string,
  close: () => void,
): Attachment[] | undefined {
  const { me } = useWorld();
  const outcomes = useOutcomes();
  const [found, setFound] = useState<Attachment[]>();
  const other = useCallback(
    (outcome: Outcome) => {
      close();
      void outcomes.run(
        { app, place: chat.name, title: command.title, onResult: setFound },
        async () => outcome,
      );
    },
    [outcomes, close, app, chat.name, command.title],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is asked for starts a new search.
  useEffect(() => {
    let stale = false;
    const timer = setTimeout(
      async () => {
        const outcome = await api
          .command(me.handle, chat.id, command.id, { query })
          .catch((error: Error): Outcome => ({ type: "error", text: error.message }));
        if (stale) return;
        if (outcome.type === "result") setFound(outcome.attachments);
        else other(outcome);
      },
      query === "" ? 0 : pause,
    );
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [me.handle, chat.id, command.id, query]);
  return found;
}
