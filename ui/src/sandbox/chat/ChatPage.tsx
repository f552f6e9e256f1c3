// Chats, or the channels of teams: a list, and the open conversation beside it (in its place on a phone).

import { makeStyles, mergeClasses, tokens } from "@fluentui/react-components";
import { ChatMultipleRegular } from "@fluentui/react-icons";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { Empty, Loading } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { ChatList } from "./ChatList";
import { Conversation } from "./Conversation";

const useStyles = makeStyles({
  list: {
    width: "300px",
    flex: "none",
    display: "flex",
    flexDirection: "column",
    minHeight: 0,
    borderRight: `1px solid ${tokens.colorNeutralStroke3}`,
    "@media (max-width: 800px)": { width: "232px" },
  },
  wide: { width: "100%", "@media (max-width: 800px)": { width: "100%" }, border: 0 },
  open: {
    flex: 1,
    minWidth: 0,
    display: "flex",
    flexDirection: "column",
    background: tokens.colorNeutralBackground3,
  },
});

export default function ChatPage() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { place } = usePlace();
  const { chats, chatsLoading } = useWorld();
  const channels = place.page === "teams";
  const open = chats.find((chat) => chat.id === place.item && (chat.kind === "channel") === channels);
  return (
    <>
      {(!phone || !open) && (
        <section
          className={mergeClasses(styles.list, phone && styles.wide)}
          aria-label={t(channels ? "rail.teams" : "rail.chat")}
        >
          {chatsLoading ? <Loading /> : <ChatList channels={channels} />}
        </section>
      )}
      {(!phone || open) && (
        <section className={styles.open} aria-label={open?.name ?? t("chat.none.title")}>
          {open ? (
            <Conversation key={open.id} chat={open} />
          ) : (
            <Empty icon={<ChatMultipleRegular />} title={t("chat.none.title")}>
              {t("chat.none.body")}
            </Empty>
          )}
        </section>
      )}
    </>
  );
}
