import {
  Avatar,
  CounterBadge,
  Input,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ChatRegular, FilterRegular, NumberSymbolRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Chat } from "../api";
import { usePlace } from "../place";
import { AppIcon } from "../shell/AppIcon";
import { Empty } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  head: { display: "grid", gap: "6px", padding: "12px 16px 8px" },
  scroll: { flex: 1, overflowY: "auto", padding: "0 8px 12px" },
  list: { listStyle: "none", margin: 0, padding: 0 },
  team: { display: "flex", alignItems: "center", gap: "10px", padding: "12px 8px 6px" },
  row: {
    width: "100%",
    display: "grid",
    gridTemplateColumns: "36px minmax(0, 1fr) auto",
    columnGap: "12px",
    alignItems: "center",
    minHeight: "52px",
    padding: "6px 8px",
    border: `1px solid ${tokens.colorTransparentStroke}`,
    borderRadius: tokens.borderRadiusLarge,
    background: "transparent",
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  channel: { gridTemplateColumns: "20px minmax(0, 1fr) auto", minHeight: "40px", paddingInlineStart: "18px" },
  open: { background: tokens.colorNeutralBackground1Selected, color: tokens.colorNeutralForeground1Selected },
  words: { display: "grid", minWidth: 0 },
  pair: {
    position: "relative",
    display: "block",
    "& > :first-child": { position: "absolute", top: 0, left: 0 },
    "& > :last-child": {
      position: "absolute",
      bottom: 0,
      right: 0,
      outline: `2px solid ${tokens.colorNeutralBackground2}`,
      borderRadius: "50%",
    },
  },
  line: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { opacity: 0.78 },
  end: { display: "grid", justifyItems: "end", gap: "4px", alignSelf: "start", paddingTop: "3px" },
});

export function ChatList({ channels }: { channels: boolean }) {
  const styles = useStyles();
  const { t } = useText();
  const { chats } = useWorld();
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const shown = chats.filter(
    (chat) =>
      (chat.kind === "channel") === channels &&
      `${chat.team ?? ""} ${chat.name}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className={styles.head}>
        <Text as="h2" size={500} weight="bold">
          {t(channels ? "rail.teams" : "rail.chat")}
        </Text>
        <Input
          appearance="filled-darker"
          contentBefore={<FilterRegular />}
          value={filter}
          placeholder={t("chat.filter")}
          aria-label={t("chat.filter")}
          onChange={(_, change) => setFilter(change.value)}
        />
      </div>
      <div className={styles.scroll}>
        {shown.length === 0 && (
          <Empty compact icon={<ChatRegular />} title={t(wanted ? "chat.nomatch" : "chat.empty")} />
        )}
        {channels ? <Teams chats={shown} /> : <Rows chats={newestFirst(shown)} />}
      </div>
    </>
  );
}

function Teams({ chats }: { chats: Chat[] }) {
  const styles = useStyles();
  const teams = [...new Set(chats.map((chat) => chat.team ?? ""))];
  return teams.map((team) => (
    <div key={team}>
      <div className={styles.team}>
        <Avatar name={team} shape="square" size={24} color="colorful" aria-hidden />
        <Text as="h3" weight="semibold">
          {team}
        </Text>
      </div>
      <Rows chats={chats.filter((chat) => (chat.team ?? "") === team)} />
    </div>
  ));
}

function Rows({ chats }: { chats: Chat[] }) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {chats.map((chat) => (
        <li key={chat.id}>
          <Row chat={chat} />
        </li>
      ))}
    </ul>
  );
}

function Row({ chat }: { chat: Chat }) {
  const styles = useStyles();
  const { t } = useText();
  const { place, go } = usePlace();
  const { me } = useWorld();
  const open = place.item === chat.id;
  const when = useShortTime(chat.last?.at);
  const last = chat.last ? chat.last.text || t("chat.card") : "";
  const weight = chat.unread > 0 ? "bold" : "regular";
  return (
    <button
      type="button"
      className={mergeClasses(styles.row, chat.kind === "channel" && styles.channel, open && styles.open)}
      aria-current={open ? "true" : undefined}
      onClick={() => go({ item: chat.id })}
    >
      <ChatPicture chat={chat} size={36} />
      <span className={styles.words}>
        <Text weight={weight} className={styles.line}>
          {chat.name}
        </Text>
        {chat.kind !== "channel" && (
          <Text size={200} weight={weight} className={mergeClasses(styles.line, styles.quiet)}>
            {chat.last && chat.last.from === me.name ? t("chat.you", { text: last }) : last}
          </Text>
        )}
      </span>
      <span className={styles.end}>
        {chat.kind !== "channel" && (
          <Text size={200} className={styles.quiet}>
            {when}
          </Text>
        )}
        {chat.unread > 0 && (
          <CounterBadge
            count={chat.unread}
            size="small"
            color="brand"
            aria-label={t("rail.unread", { count: chat.unread })}
          />
        )}
      </span>
    </button>
  );
}

/** The picture of a chat: the app's icon, a person, several people, or the sign of a channel. */
export function ChatPicture({ chat, size }: { chat: Chat; size: 32 | 36 }) {
  const styles = useStyles();
  const { apps, me } = useWorld();
  if (chat.kind === "channel") return <NumberSymbolRegular fontSize={18} aria-hidden />;
  const app = apps.find(({ name }) => name === chat.name) ?? (chat.kind === "personal" ? apps[0] : undefined);
  if (chat.kind === "personal" && app) return <AppIcon app={app} size={size} />;
  const others = chat.members.filter((member) => member.handle !== me.handle);
  if (chat.kind === "group" && others.length > 1) {
    return (
      <span className={styles.pair} style={{ width: size, height: size }} aria-hidden>
        {others.slice(0, 2).map((member) => (
          <Avatar key={member.handle} name={member.name} size={24} color="colorful" />
        ))}
      </span>
    );
  }
  return <Avatar name={chat.name} size={size} color="colorful" aria-hidden />;
}

function newestFirst(chats: Chat[]): Chat[] {
  return chats.toSorted((a, b) => (b.last?.at ?? "").localeCompare(a.last?.at ?? ""));
}

function useShortTime(at: string | undefined): string {
  const { time, format } = useText();
  const { me, now } = useWorld();
  if (!at) return "";
  const day = (date: Date | string) => format(date, { dateStyle: "short" }, me.zone);
  return day(at) === day(now())
    ? time(at, me.zone)
    : format(at, { day: "2-digit", month: "2-digit" }, me.zone);
}
