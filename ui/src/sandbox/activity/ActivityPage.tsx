import { Avatar, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AlertRegular } from "@fluentui/react-icons";
import { type FeedItem, paths } from "../api";
import { useResource } from "../live";
import { usePlace } from "../place";
import { Empty, Failed, Loading } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, overflowY: "auto", padding: "14px 16px" },
  list: {
    listStyle: "none",
    margin: "10px auto 0",
    padding: 0,
    maxWidth: "720px",
    display: "grid",
    gap: "6px",
  },
  item: {
    width: "100%",
    display: "grid",
    gridTemplateColumns: "36px minmax(0, 1fr) auto",
    gap: "12px",
    alignItems: "center",
    padding: "10px 12px",
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    borderRadius: tokens.borderRadiusLarge,
    background: tokens.colorNeutralBackground1,
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  words: { display: "grid", minWidth: 0 },
  line: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { opacity: 0.78 },
});

export default function ActivityPage() {
  const styles = useStyles();
  const { t } = useText();
  const { me } = useWorld();
  const answer = useResource<{ feed: FeedItem[] }>(paths.feed(me.handle), [`feed:${me.handle}`, "chat:*"]);
  const items = (answer.data?.feed ?? []).toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <div className={styles.page}>
      <Text as="h2" size={500} weight="bold">
        {t("rail.activity")}
      </Text>
      {answer.loading && <Loading />}
      {answer.error && !answer.data && <Failed error={answer.error} onRetry={answer.retry} />}
      {answer.data && items.length === 0 && (
        <Empty compact icon={<AlertRegular />} title={t("activity.empty.title")}>
          {t("activity.empty.body")}
        </Empty>
      )}
      <ul className={styles.list}>
        {items.map((item) => (
          <li key={item.id}>
            <Item item={item} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Item({ item }: { item: FeedItem }) {
  const styles = useStyles();
  const { moment } = useText();
  const { me, chats } = useWorld();
  const { go } = usePlace();
  const chat = chats.find(({ id }) => id === item.chat);
  return (
    <button
      type="button"
      className={styles.item}
      onClick={() => chat && go({ page: chat.kind === "channel" ? "teams" : "chat", item: chat.id })}
    >
      <Avatar name={item.from} size={36} color="colorful" aria-hidden />
      <span className={styles.words}>
        <Text weight="semibold" className={styles.line}>
          {chat && chat.name !== item.from ? `${item.from} · ${chat.name}` : item.from}
        </Text>
        <Text className={styles.line}>{item.text}</Text>
      </span>
      <Text size={200} className={styles.quiet}>
        {moment(item.at, me.zone)}
      </Text>
    </button>
  );
}
