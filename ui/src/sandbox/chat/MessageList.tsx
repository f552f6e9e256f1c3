// The messages of a chat, by day, with one head for what a person says in a row.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { ChatRegular } from "@fluentui/react-icons";
import type { Chat, Message } from "../api";
import { Empty } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { Bubble } from "./Bubble";

const useStyles = makeStyles({
  list: {
    listStyle: "none",
    margin: 0,
    padding: 0,
    display: "flex",
    flexDirection: "column",
    minHeight: "100%",
    justifyContent: "flex-end",
  },
  day: {
    display: "flex",
    alignItems: "center",
    gap: "12px",
    padding: "14px 0 6px",
    color: tokens.colorNeutralForeground3,
  },
  rule: { flex: 1, height: "1px", background: tokens.colorNeutralStroke3 },
});

const together = 5 * 60_000;

export function MessageList({ chat, messages }: { chat: Chat; messages: Message[] }) {
  const styles = useStyles();
  const { t, day } = useText();
  const { me } = useWorld();
  if (messages.length === 0) {
    return (
      <Empty icon={<ChatRegular />} title={t("chat.quiet.title")}>
        {t("chat.quiet.body")}
      </Empty>
    );
  }
  return (
    <ul className={styles.list}>
      {messages.map((message, index) => {
        const before = messages[index - 1];
        const newDay = !before || day(before.at, me.zone) !== day(message.at, me.zone);
        return (
          <li key={message.id}>
            {newDay && (
              <div className={styles.day}>
                <span className={styles.rule} />
                <Text size={200}>{day(message.at, me.zone)}</Text>
                <span className={styles.rule} />
              </div>
            )}
            <Bubble chat={chat} message={message} follows={!newDay && sameBreath(before, message)} />
          </li>
        );
      })}
    </ul>
  );
}

function sameBreath(before: Message | undefined, message: Message): boolean {
  if (!before || before.from.handle !== message.from.handle || before.from.name !== message.from.name)
    return false;
  return Date.parse(message.at) - Date.parse(before.at) < together;
}
