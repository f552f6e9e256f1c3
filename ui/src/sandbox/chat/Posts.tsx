// A channel: posts, each with its replies and a way to answer.

import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowReplyRegular, NumberSymbolRegular } from "@fluentui/react-icons";
import type { Chat, Message } from "../api";
import { Empty } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { AuthorPicture } from "./Bubble";
import { Compose } from "./Compose";
import { MessageActions } from "./MessageActions";
import { MessageBody } from "./MessageBody";

const useStyles = makeStyles({
  list: {
    listStyle: "none",
    margin: "0 auto",
    padding: 0,
    maxWidth: "860px",
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    gap: "14px",
  },
  post: {
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
    padding: "14px 16px 10px",
    boxShadow: tokens.shadow2,
  },
  message: {
    display: "grid",
    gridTemplateColumns: "36px minmax(0, 1fr) auto",
    columnGap: "10px",
    overflowWrap: "anywhere",
    "&:not(:hover):not(:focus-within) .more": { opacity: 0 },
  },
  words: { minWidth: 0 },
  head: { display: "flex", gap: "8px", alignItems: "baseline", flexWrap: "wrap", paddingBottom: "2px" },
  quiet: { color: tokens.colorNeutralForeground3 },
  replies: {
    listStyle: "none",
    margin: "12px 0 0",
    padding: "12px 0 0",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    display: "grid",
    gap: "12px",
  },
  reply: { paddingTop: "8px" },
});

export interface PostsProps {
  chat: Chat;
  messages: Message[];
  replyTo: string | undefined;
  onReply(root: string | undefined): void;
}

export function Posts({ chat, messages, replyTo, onReply }: PostsProps) {
  const styles = useStyles();
  const { t } = useText();
  const roots = messages.filter((message) => !message.replyTo);
  if (roots.length === 0) {
    return (
      <Empty icon={<NumberSymbolRegular />} title={t("posts.quiet.title")}>
        {t("posts.quiet.body")}
      </Empty>
    );
  }
  return (
    <ul className={styles.list}>
      {roots.map((root) => {
        const replies = messages.filter((message) => message.replyTo === root.id);
        return (
          <li key={root.id} className={styles.post}>
            <PostMessage chat={chat} message={root} />
            {replies.length > 0 && (
              <ul className={styles.replies}>
                {replies.map((reply) => (
                  <li key={reply.id}>
                    <PostMessage chat={chat} message={reply} reply />
                  </li>
                ))}
              </ul>
            )}
            <div className={styles.reply}>
              {replyTo === root.id ? (
                <Compose
                  chat={chat}
                  replyTo={root.id}
                  placeholder={t("compose.reply")}
                  focus
                  onLeave={() => onReply(undefined)}
                />
              ) : (
                <Button
                  appearance="subtle"
                  size="small"
                  icon={<ArrowReplyRegular />}
                  onClick={() => onReply(root.id)}
                >
                  {t("posts.reply")}
                </Button>
              )}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function PostMessage({ chat, message, reply = false }: { chat: Chat; message: Message; reply?: boolean }) {
  const styles = useStyles();
  const { moment } = useText();
  const { me } = useWorld();
  return (
    <article className={styles.message} data-message={message.id}>
      <AuthorPicture message={message} size={reply ? 24 : 32} />
      <div className={styles.words}>
        <div className={styles.head}>
          <Text weight="semibold">{message.from.name}</Text>
          <Text size={200} className={styles.quiet}>
            <time dateTime={message.at}>{moment(message.at, me.zone)}</time>
          </Text>
        </div>
        <MessageBody chat={chat} message={message} />
      </div>
      <MessageActions chat={chat} message={message} />
    </article>
  );
}
