// One chat or channel: its head, its messages, and the box to write in.

import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ArrowLeftRegular } from "@fluentui/react-icons";
import { useEffect, useRef, useState } from "react";
import { type Chat, type Message, paths } from "../api";
import { useResource } from "../live";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { Failed, Loading } from "../shell/feedback";
import { useText } from "../text/text";
import { ChatPicture } from "./ChatList";
import { Compose } from "./Compose";
import { ConversationMenu, People } from "./ConversationMenu";
import { ConversationTab, ConversationTabs, messagesTab } from "./ConversationTabs";
import { MessageList } from "./MessageList";
import { Posts } from "./Posts";

const useStyles = makeStyles({
  head: {
    flex: "none",
    display: "flex",
    alignItems: "center",
    gap: "10px",
    minHeight: "56px",
    padding: "0 12px 0 20px",
    background: tokens.colorNeutralBackground2,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  phoneHead: { padding: "0 4px 0 4px" },
  name: { flex: 1, minWidth: 0, display: "grid" },
  line: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  scroll: {
    flex: 1,
    minHeight: 0,
    overflowY: "auto",
    padding: "12px 24px",
    outline: "none",
    overflowAnchor: "none",
  },
  phoneScroll: { padding: "8px 10px" },
  foot: { flex: "none", padding: "0 24px 14px" },
  phoneFoot: { padding: "0 8px 8px" },
});

export function Conversation({ chat }: { chat: Chat }) {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { place } = usePlace();
  const messages = useResource<{ messages: Message[] }>(paths.messages(place.person, chat.id), [
    `chat:${chat.id}`,
  ]);
  const list = messages.data?.messages ?? [];
  const scroll = useStayAtEnd(list.length);
  const [replyTo, setReplyTo] = useState<string>();
  const channel = chat.kind === "channel";
  const [shown, show] = useState(messagesTab);
  const tab = chat.tabs.find(({ id }) => id === shown);
  return (
    <>
      <Head chat={chat} />
      <ConversationTabs chat={chat} shown={shown} onShow={show} />
      {tab && <ConversationTab chat={chat} tab={tab} />}
      <div
        ref={scroll}
        hidden={tab !== undefined}
        className={mergeClasses(styles.scroll, phone && styles.phoneScroll)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keyboard.
        tabIndex={0}
        role="log"
        aria-label={t("chat.messages", { name: chat.name })}
      >
        {messages.loading && !messages.data && <Loading rows={4} />}
        {messages.error && !messages.data && <Failed error={messages.error} onRetry={messages.retry} />}
        {messages.data && channel && (
          <Posts chat={chat} messages={list} replyTo={replyTo} onReply={setReplyTo} />
        )}
        {messages.data && !channel && <MessageList chat={chat} messages={list} />}
      </div>
      {!tab && !(channel && replyTo) && (
        <div className={mergeClasses(styles.foot, phone && styles.phoneFoot)}>
          <Compose chat={chat} placeholder={t(channel ? "compose.post" : "compose.placeholder")} />
        </div>
      )}
    </>
  );
}

function Head({ chat }: { chat: Chat }) {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { go } = usePlace();
  return (
    <header className={mergeClasses(styles.head, phone && styles.phoneHead)}>
      {phone && (
        <Button
          appearance="subtle"
          icon={<ArrowLeftRegular />}
          aria-label={t("back")}
          onClick={() => go({ item: "" })}
        />
      )}
      <ChatPicture chat={chat} size={32} />
      <div className={styles.name}>
        <Text as="h2" weight="semibold" size={400} className={styles.line}>
          {chat.name}
        </Text>
        {chat.team && (
          <Text size={200} className={mergeClasses(styles.line, styles.quiet)}>
            {chat.team}
          </Text>
        )}
      </div>
      {chat.kind !== "personal" && <People chat={chat} />}
      <ConversationMenu chat={chat} />
    </header>
  );
}

/** Scrolls to the end when something is added, unless the reader has gone up. */
function useStayAtEnd(count: number) {
  const element = useRef<HTMLDivElement>(null);
  const away = useRef(false);
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const end = () => {
      if (!away.current) box.scrollTop = box.scrollHeight;
    };
    const scrolled = () => {
      away.current = box.scrollHeight - box.scrollTop - box.clientHeight > 160;
    };
    const grown = new ResizeObserver(end);
    for (const child of box.children) grown.observe(child);
    box.addEventListener("scroll", scrolled, { passive: true });
    if (count > 0) end();
    return () => {
      grown.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, [count]);
  return element;
}
