// One message of a chat: mine at the right, others' at the left with their picture.

import { Avatar, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import type { Chat, Message } from "../api";
import { AppIcon } from "../shell/AppIcon";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { MessageActions } from "./MessageActions";
import { MessageBody } from "./MessageBody";

const useStyles = makeStyles({
  row: { display: "grid", gridTemplateColumns: "36px minmax(0, 1fr)", columnGap: "8px", paddingTop: "10px" },
  mine: { gridTemplateColumns: "minmax(0, 1fr)" },
  follows: { paddingTop: "2px" },
  picture: { paddingTop: "20px" },
  column: { display: "flex", flexDirection: "column", alignItems: "flex-start", minWidth: 0 },
  right: { alignItems: "flex-end" },
  head: {
    display: "flex",
    gap: "8px",
    alignItems: "baseline",
    padding: "0 4px 2px",
    color: tokens.colorNeutralForeground3,
  },
  line: {
    display: "flex",
    alignItems: "flex-start",
    gap: "4px",
    maxWidth: "min(680px, 88%)",
    "&:not(:hover):not(:focus-within) .more": { opacity: 0 },
  },
  reversed: { flexDirection: "row-reverse" },
  bubble: {
    minWidth: 0,
    padding: "8px 14px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorTransparentStroke}`,
    background: tokens.colorNeutralBackground1,
    overflowWrap: "anywhere",
  },
  bare: { padding: 0, background: "transparent", border: "none" },
  mineBubble: { background: tokens.colorBrandBackground2 },
});

export function Bubble({ chat, message, follows }: { chat: Chat; message: Message; follows: boolean }) {
  const styles = useStyles();
  const { me } = useWorld();
  const bare = !message.html && !message.deleted && (message.cards?.length ?? 0) > 0;
  const mine = message.from.handle === me.handle && !message.from.bot;
  return (
    <article
      className={mergeClasses(styles.row, mine && styles.mine, follows && styles.follows)}
      data-message={message.id}
    >
      {!mine && (
        <div className={styles.picture}>{!follows && <AuthorPicture message={message} size={32} />}</div>
      )}
      <div className={mergeClasses(styles.column, mine && styles.right)}>
        {!follows && <Head message={message} mine={mine} />}
        <div className={mergeClasses(styles.line, mine && styles.reversed)}>
          <div className={mergeClasses(styles.bubble, mine && styles.mineBubble, bare && styles.bare)}>
            <MessageBody chat={chat} message={message} />
          </div>
          <MessageActions chat={chat} message={message} />
        </div>
      </div>
    </article>
  );
}

function Head({ message, mine }: { message: Message; mine: boolean }) {
  const styles = useStyles();
  const { time } = useText();
  const { me } = useWorld();
  return (
    <div className={styles.head}>
      {!mine && <Text size={200}>{message.from.name}</Text>}
      <Text size={200}>
        <time dateTime={message.at}>{time(message.at, me.zone)}</time>
      </Text>
    </div>
  );
}

export function AuthorPicture({ message, size }: { message: Message; size: 24 | 32 }) {
  const { apps } = useWorld();
  const app = message.from.bot ? (apps.find(({ name }) => name === message.from.name) ?? apps[0]) : undefined;
  if (app) return <AppIcon app={app} size={size} />;
  return <Avatar name={message.from.name} size={size} color="colorful" aria-hidden />;
}
