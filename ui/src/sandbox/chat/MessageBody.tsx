// What a message says: its words, its cards, and the answers that it suggests.

import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useState } from "react";
import { api, type CardJson, type Chat, type Message } from "../api";
import { actionsOf } from "../card/actions";
import { LazyCard } from "../card/LazyCard";
import { safeHtml } from "../html";
import { useOutcomes } from "../outcome/outcomes";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  html: {
    lineHeight: tokens.lineHeightBase300,
    "& p": { margin: 0 },
    "& p + p": { marginTop: "6px" },
    "& ul, & ol": { margin: "4px 0", paddingInlineStart: "22px" },
    "& pre": { whiteSpace: "pre-wrap", fontFamily: tokens.fontFamilyMonospace },
    "& a": { color: tokens.colorBrandForegroundLink },
  },
  card: {
    width: "440px",
    maxWidth: "100%",
    boxSizing: "border-box",
    padding: "14px 16px",
    margin: "6px 0 4px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
  },
  full: { width: "620px" },
  gone: { fontStyle: "italic", color: tokens.colorNeutralForeground3 },
  edited: { color: tokens.colorNeutralForeground3, display: "block" },
  suggested: { display: "flex", flexWrap: "wrap", gap: "8px", paddingTop: "6px" },
});

export function MessageBody({ chat, message }: { chat: Chat; message: Message }) {
  const styles = useStyles();
  const { t } = useText();
  if (message.deleted) return <Text className={styles.gone}>{t("message.deleted")}</Text>;
  const cards = message.cards ?? [];
  return (
    <>
      {message.html && (
        // biome-ignore lint/security/noDangerouslySetInnerHtml: safeHtml lets only listed elements through.
        <div className={styles.html} dangerouslySetInnerHTML={{ __html: safeHtml(message.html) }} />
      )}
      {cards.map((card, index) => (
        <MessageCard
          // biome-ignore lint/suspicious/noArrayIndexKey: a message's cards never change places.
          key={index}
          chat={chat}
          message={message}
          card={card}
          offset={offsetOf(cards, index)}
        />
      ))}
      {message.edited && (
        <Text size={100} className={styles.edited}>
          {t("message.edited")}
        </Text>
      )}
      <Suggested chat={chat} message={message} />
    </>
  );
}

interface MessageCardProps {
  chat: Chat;
  message: Message;
  card: CardJson;
  /** How many actions the message's cards before this one have. */
  offset: number;
}

function MessageCard({ chat, message, card, offset }: MessageCardProps) {
  const styles = useStyles();
  const { t } = useText();
  const { me, apps } = useWorld();
  const outcomes = useOutcomes();
  const [busy, setBusy] = useState(false);
  const [mine, setMine] = useState<{ instead: CardJson; of: CardJson }>();
  const shown = mine?.of === card ? mine.instead : card;
  const wide = (card.msteams as { width?: string } | undefined)?.width === "Full";
  const act = async (n: number, data: Record<string, unknown>) => {
    setBusy(true);
    const app = apps.find(({ name }) => name === message.from.name) ?? apps[0];
    await outcomes.run({ app, place: chat.name, onCard: (instead) => setMine({ instead, of: card }) }, () =>
      api.act(me.handle, chat.id, message.id, offset + n, data),
    );
    setBusy(false);
  };
  return (
    <div className={mergeClasses(styles.card, wide && styles.full)}>
      <LazyCard
        card={shown}
        label={t("message.card", { name: message.from.name })}
        busy={busy}
        onAction={act}
      />
    </div>
  );
}

function Suggested({ chat, message }: { chat: Chat; message: Message }) {
  const styles = useStyles();
  const { me } = useWorld();
  const outcomes = useOutcomes();
  if (!message.suggested?.length) return null;
  const say = (text: string) =>
    outcomes.run({}, async () => {
      await api.post(me.handle, chat.id, { text });
      return { type: "closed" };
    });
  return (
    <div className={styles.suggested}>
      {message.suggested.map(({ title, value }) => (
        <Button key={title} size="small" shape="circular" onClick={() => void say(value)}>
          {title}
        </Button>
      ))}
    </div>
  );
}

function offsetOf(cards: CardJson[], index: number): number {
  return cards.slice(0, index).reduce((sum, card) => sum + actionsOf(card).length, 0);
}
