// The box to write in, with the message-extension bar under it.

import { Button, makeStyles, mergeClasses, Textarea, tokens } from "@fluentui/react-components";
import { DismissRegular, MentionRegular, SendFilled, SendRegular } from "@fluentui/react-icons";
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { type Attachment, api, type Chat } from "../api";
import { LazyCard } from "../card/LazyCard";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { ExtensionBar } from "./ExtensionBar";

const useStyles = makeStyles({
  box: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    background: tokens.colorNeutralBackground1,
    ":focus-within": { borderBottom: `2px solid ${tokens.colorBrandStroke1}`, marginBottom: "-1px" },
  },
  text: {
    width: "100%",
    border: 0,
    background: "transparent",
    "::after": { display: "none" },
    "& textarea": { minHeight: "40px", maxHeight: "160px", padding: "10px 14px 4px", fieldSizing: "content" },
  },
  bar: { display: "flex", alignItems: "center", gap: "2px", padding: "2px 6px 4px" },
  flex: { flex: 1 },
  chips: { display: "flex", flexWrap: "wrap", gap: "6px", padding: "0 2px 8px" },
  draft: {
    position: "relative",
    margin: "10px 10px 0",
    padding: "12px 44px 12px 14px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  remove: { position: "absolute", top: "6px", insetInlineEnd: "6px" },
});

export interface ComposeProps {
  chat: Chat;
  placeholder: string;
  replyTo?: string;
  focus?: boolean;
  onLeave?(): void;
}

export function Compose({ chat, placeholder, replyTo, focus = false, onLeave }: ComposeProps) {
  const styles = useStyles();
  const { t } = useText();
  const { me, apps } = useWorld();
  const outcomes = useOutcomes();
  const [text, setText] = useState("");
  const [drafts, setDrafts] = useState<Attachment[]>([]);
  const area = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === "" && drafts.length === 0;
  const bot = apps.find((app) => app.bot);

  const send = (words: string, cards: Attachment[]) => {
    const mention = `@${bot?.name}`;
    const mentionBot = bot !== undefined && words.includes(mention);
    setText("");
    setDrafts([]);
    void outcomes.run({}, async () => {
      await api.post(me.handle, chat.id, {
        text: (mentionBot ? words.replace(mention, "") : words).trim(),
        ...(replyTo ? { replyTo } : {}),
        ...(mentionBot ? { mentionBot } : {}),
        ...(cards.length > 0 ? { cards: cards.map(({ content }) => content) } : {}),
      });
      live.changed([`chat:${chat.id}`]);
      return { type: "closed" };
    });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") onLeave?.();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    if (!empty) send(text, drafts);
  };
  /** A link may have a preview, which comes when it is ready; what was pasted stands there at once. */
  const paste = (event: ClipboardEvent) => {
    const url = event.clipboardData.getData("text/plain").trim();
    if (!/^https?:\/\/\S+$/.test(url)) return;
    void api
      .paste(me.handle, chat.id, { url, ...(replyTo ? { replyTo } : {}) })
      .then((shown) => {
        if (shown.type === "result") setDrafts((before) => [...before, ...shown.attachments]);
      })
      .catch(() => {});
  };
  const mention = () => {
    setText(`@${bot?.name} ${text}`);
    area.current?.focus();
  };
  return (
    <>
      {chat.kind === "personal" && <Prompts onChoose={(words) => send(words, [])} />}
      <div className={styles.box}>
        {drafts.map((draft, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: drafts have no other name.
          <div key={index} className={styles.draft} inert={false}>
            <LazyCard card={draft.content} label={t("compose.draft")} busy onAction={() => {}} />
            <Button
              className={styles.remove}
              appearance="subtle"
              size="small"
              icon={<DismissRegular />}
              aria-label={t("compose.remove")}
              onClick={() => setDrafts(drafts.filter((other) => other !== draft))}
            />
          </div>
        ))}
        <Textarea
          ref={area}
          className={styles.text}
          appearance="filled-lighter"
          resize="none"
          value={text}
          placeholder={placeholder}
          aria-label={placeholder}
          autoFocus={focus}
          onChange={(_, change) => setText(change.value)}
          onKeyDown={press}
          onPaste={paste}
        />
        <div className={styles.bar}>
          <ExtensionBar
            chat={chat}
            replyTo={replyTo}
            onInsert={(cards) => setDrafts((before) => [...before, ...cards])}
          />
          {bot && chat.kind !== "personal" && (
            <Button
              appearance="subtle"
              icon={<MentionRegular />}
              aria-label={t("compose.mention", { app: bot.name })}
              title={t("compose.mention", { app: bot.name })}
              onClick={mention}
            />
          )}
          <span className={styles.flex} />
          {onLeave && (
            <Button appearance="subtle" onClick={onLeave}>
              {t("compose.cancel")}
            </Button>
          )}
          <Button
            className={mergeClasses(!empty && "ready")}
            appearance="transparent"
            disabledFocusable={empty}
            icon={empty ? <SendRegular /> : <SendFilled />}
            aria-label={t("compose.send")}
            onClick={() => !empty && send(text, drafts)}
          />
        </div>
      </div>
    </>
  );
}

/** The commands that the bot says it knows, as one-press words. */
function Prompts({ onChoose }: { onChoose(words: string): void }) {
  const styles = useStyles();
  const { apps } = useWorld();
  const commands = apps.flatMap((app) => app.bot?.commands ?? []);
  if (commands.length === 0) return null;
  return (
    <div className={styles.chips}>
      {commands.map(({ title, description }) => (
        <Button key={title} size="small" shape="circular" title={description} onClick={() => onChoose(title)}>
          {title}
        </Button>
      ))}
    </div>
  );
}
