// The apps that the uploaded package brings: what they offer, and adding them.

import {
  Badge,
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import {
  AddRegular,
  AppsAddInRegular,
  ChatRegular,
  CheckmarkCircleFilled,
  ChevronDownRegular,
  DeleteRegular,
} from "@fluentui/react-icons";
import { type App, api, type Chat } from "../api";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { parseTabItem } from "../outcome/teamsLink";
import { usePlace } from "../place";
import { AppIcon } from "../shell/AppIcon";
import { Empty } from "../shell/feedback";
import { administrator, useWorld } from "../shell/world";
import { useText } from "../text/text";
import { AppTabs } from "./AppTabs";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, overflowY: "auto", padding: "14px 20px 24px", boxSizing: "border-box" },
  card: {
    maxWidth: "860px",
    margin: "14px auto 0",
    padding: "24px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
    display: "grid",
    gap: "20px",
  },
  head: { display: "flex", gap: "18px", alignItems: "center", flexWrap: "wrap" },
  words: { flex: "1 1 240px", minWidth: 0, display: "grid", gap: "2px" },
  buttons: { display: "flex", gap: "8px", flexWrap: "wrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  full: { whiteSpace: "pre-line", lineHeight: "22px" },
  list: { listStyle: "none", margin: "8px 0 0", padding: 0, display: "grid", gap: "8px" },
  item: {
    display: "grid",
    padding: "10px 12px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground2,
  },
  badges: { display: "flex", gap: "6px", paddingTop: "6px", flexWrap: "wrap" },
  menu: { maxHeight: "360px", overflowY: "auto" },
});

export default function AppsPage() {
  const styles = useStyles();
  const { t } = useText();
  const { apps, me } = useWorld();
  const { place, go } = usePlace();
  const address = parseTabItem(place.item);
  const open = apps.find(({ id }) => id === address.app);
  if (open?.installed && open.tabs.length > 0) return <AppTabs app={open} address={address} />;
  return (
    <div className={styles.page}>
      <Text as="h2" size={500} weight="bold">
        {t("rail.apps")}
      </Text>
      {apps.length === 0 && (
        <Empty
          icon={<AppsAddInRegular />}
          title={t("apps.empty.title")}
          compact
          action={
            <Button onClick={() => go({ person: administrator, page: "admin", item: "" })}>
              {t(me.handle === administrator ? "apps.empty.admin" : "apps.empty.switch")}
            </Button>
          }
        >
          {t("apps.empty.body")}
        </Empty>
      )}
      {apps.map((app) => (
        <AppCard key={app.id} app={app} />
      ))}
    </div>
  );
}

function AppCard({ app }: { app: App }) {
  const styles = useStyles();
  const { t } = useText();
  const { chats } = useWorld();
  const { go } = usePlace();
  const chat = chats.find(({ kind }) => kind === "personal");
  const change = useChange(app);
  return (
    <article className={styles.card} aria-label={app.name}>
      <div className={styles.head}>
        <AppIcon app={app} size={72} />
        <div className={styles.words}>
          <Text as="h3" size={600} weight="semibold">
            {app.name}
          </Text>
          <Text className={styles.quiet}>{app.short}</Text>
          {app.installed && (
            <span className={styles.badges}>
              <Badge appearance="tint" color="success" icon={<CheckmarkCircleFilled />}>
                {t("apps.added")}
              </Badge>
            </span>
          )}
        </div>
        <div className={styles.buttons}>
          {app.installed ? (
            <>
              {app.tabs.length > 0 && (
                <Button appearance="primary" onClick={() => go({ item: app.id })}>
                  {t("apps.open")}
                </Button>
              )}
              {chat && (
                <Button icon={<ChatRegular />} onClick={() => go({ page: "chat", item: chat.id })}>
                  {t("apps.chat")}
                </Button>
              )}
            </>
          ) : (
            <Button appearance="primary" icon={<AddRegular />} onClick={() => change(undefined, true)}>
              {t("apps.add")}
            </Button>
          )}
          <AddTo chats={chats} onChoose={(target) => change(target, true)} />
          {app.installed && (
            <Button appearance="subtle" icon={<DeleteRegular />} onClick={() => change(undefined, false)}>
              {t("apps.remove")}
            </Button>
          )}
        </div>
      </div>
      <Text className={styles.full}>{app.full}</Text>
      <Offers app={app} />
    </article>
  );
}

function AddTo({ chats, onChoose }: { chats: Chat[]; onChoose(chat: Chat): void }) {
  const styles = useStyles();
  const { t } = useText();
  const targets = chats.filter(({ kind, botInstalled }) => kind !== "personal" && !botInstalled);
  if (targets.length === 0) return null;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<ChevronDownRegular />} iconPosition="after">
          {t("apps.addto")}
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList className={styles.menu}>
          {targets.map((chat) => (
            <MenuItem key={chat.id} onClick={() => onChoose(chat)}>
              {chat.team ? `${chat.team} › ${chat.name}` : chat.name}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

function Offers({ app }: { app: App }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <section>
      <Text as="h4" weight="semibold">
        {t("apps.commands")}
      </Text>
      <ul className={styles.list}>
        {app.commands.map((command) => (
          <li key={command.id} className={styles.item}>
            <Text weight="semibold">{command.title}</Text>
            <Text size={200} className={styles.quiet}>
              {command.description}
            </Text>
            <span className={styles.badges}>
              {command.context.map((context) => (
                <Badge key={context} appearance="outline" color="informative">
                  {t(`apps.context.${context}`)}
                </Badge>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function useChange(app: App): (chat: Chat | undefined, add: boolean) => void {
  const { me } = useWorld();
  const outcomes = useOutcomes();
  return (chat, add) => {
    void outcomes.run({ app }, async () => {
      if (chat) await api.addToChat(me.handle, chat.id, app.id);
      else await (add ? api.install(me.handle, app.id) : api.uninstall(me.handle, app.id));
      live.refreshAll();
      return { type: "closed" };
    });
  };
}
