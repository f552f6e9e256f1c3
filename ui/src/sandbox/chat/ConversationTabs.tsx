// The tabs of a chat or channel: its messages, and the pages of apps that somebody has added.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Tab,
  TabList,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular } from "@fluentui/react-icons";
import { useRef, useState } from "react";
import { type App, api, type Chat, type ChatTab } from "../api";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { PageFrame, type TabSetup } from "../outcome/PageFrame";
import type { TeamsHost } from "../outcome/teamsHost";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  bar: {
    flex: "none",
    display: "flex",
    alignItems: "center",
    gap: "4px",
    padding: "0 12px",
    overflowX: "auto",
    background: tokens.colorNeutralBackground2,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  push: { marginInlineStart: "auto" },
  surface: { maxWidth: "min(560px, calc(100vw - 32px))" },
  page: { height: "min(360px, 60vh)", display: "flex", padding: 0 },
});

/** What of a conversation is shown: its messages, or one of its tabs. */
export const messagesTab = "";

interface BarProps {
  chat: Chat;
  shown: string;
  onShow(id: string): void;
}

export function ConversationTabs({ chat, shown, onShow }: BarProps) {
  const styles = useStyles();
  const { t } = useText();
  const { apps, me } = useWorld();
  const outcomes = useOutcomes();
  const [adding, setAdding] = useState<App>();
  const app = apps.find(({ setups }) => setupOf(setups, chat));
  const tab = chat.tabs.find(({ id }) => id === shown);
  if (chat.kind === "personal" || (!app && chat.tabs.length === 0)) return null;
  const remove = (gone: ChatTab) =>
    void outcomes.run({ ...(app ? { app } : {}), place: chat.name }, async () => {
      await api.removeTab(me.handle, chat.id, gone.id);
      onShow(messagesTab);
      live.refreshAll();
      return { type: "closed" };
    });
  return (
    <div className={styles.bar}>
      <TabList
        size="small"
        selectedValue={tab?.id ?? messagesTab}
        onTabSelect={(_, { value }) => onShow(String(value))}
      >
        <Tab value={messagesTab}>{t(chat.kind === "channel" ? "tabs.posts" : "tabs.chat")}</Tab>
        {chat.tabs.map(({ id, name }) => (
          <Tab key={id} value={id}>
            {name}
          </Tab>
        ))}
      </TabList>
      {app && (
        <Button
          size="small"
          appearance="subtle"
          icon={<AddRegular />}
          aria-label={t("tabs.add")}
          title={t("tabs.add")}
          onClick={() => setAdding(app)}
        />
      )}
      {tab && (
        <Button
          className={styles.push}
          size="small"
          appearance="subtle"
          icon={<DeleteRegular />}
          aria-label={t("tabs.remove")}
          title={t("tabs.remove")}
          onClick={() => remove(tab)}
        />
      )}
      {adding && (
        <AddTab
          app={adding}
          chat={chat}
          onClose={() => setAdding(undefined)}
          onAdded={(id) => {
            setAdding(undefined);
            onShow(id);
          }}
        />
      )}
    </div>
  );
}

const setupOf = (setups: App["setups"], chat: Chat) =>
  chat.kind === "channel" ? setups.channel : chat.kind === "personal" ? undefined : setups.chat;

/** What a page learns of the conversation in which it stands, in the words that teams-js reads. */
function contextOf(chat: Chat): Record<string, unknown> {
  if (chat.kind !== "channel") return { chatId: chat.conversationId };
  return {
    channelId: chat.conversationId,
    channelName: chat.name,
    teamId: chat.teamId,
    teamName: chat.team,
  };
}

interface AddProps {
  app: App;
  chat: Chat;
  onClose(): void;
  onAdded(id: string): void;
}

/** The app's own page says what is added, and when that may be saved. */
function AddTab({ app, chat, onClose, onAdded }: AddProps) {
  const styles = useStyles();
  const { t } = useText();
  const { me, origins } = useWorld();
  const host = useRef<TeamsHost>(undefined);
  const config = useRef<Parameters<TabSetup["onConfig"]>[0]>(undefined);
  const [valid, setValid] = useState(false);
  const [failure, setFailure] = useState("");
  const done = async (refused?: string) => {
    const asked = config.current;
    if (refused !== undefined || !asked) return setFailure(refused ?? t("tabs.nothing"));
    try {
      const { id } = await api.addTab(me.handle, chat.id, {
        app: app.id,
        entityId: asked.entityId,
        name: asked.suggestedDisplayName ?? app.name,
        url: asked.contentUrl,
      });
      live.refreshAll();
      onAdded(id);
    } catch (error) {
      setFailure((error as Error).message);
    }
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t("tabs.add_to", { place: chat.name })}</DialogTitle>
          <DialogContent className={styles.page}>
            <PageFrame
              url={setupOf(app.setups, chat) ?? ""}
              title={app.name}
              frame="settings"
              origins={origins}
              person={me}
              context={contextOf(chat)}
              hostRef={host}
              setup={{
                onValid: setValid,
                onConfig: (wanted) => {
                  config.current = wanted;
                },
                onDone: (refused) => void done(refused),
              }}
            />
          </DialogContent>
          {failure && (
            <MessageBar intent="error">
              <MessageBarBody>{failure}</MessageBarBody>
            </MessageBar>
          )}
          <DialogActions>
            <Button onClick={onClose}>{t("tabs.cancel")}</Button>
            <Button
              appearance="primary"
              disabledFocusable={!valid}
              onClick={() => host.current?.send("settings.save", {})}
            >
              {t("tabs.save")}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

/** A tab of the conversation, in the place of its messages. */
export function ConversationTab({ chat, tab }: { chat: Chat; tab: ChatTab }) {
  const { t } = useText();
  const { me, origins, apps } = useWorld();
  const outcomes = useOutcomes();
  const app = apps.find(({ id }) => id === tab.app);
  return (
    <PageFrame
      key={tab.id}
      url={tab.url}
      title={tab.name}
      frame="content"
      origins={origins}
      person={me}
      context={{ entityId: tab.entityId, ...contextOf(chat) }}
      onForeignLink={(link) =>
        void outcomes.run(app ? { app } : {}, async () => ({
          type: "message",
          text: t("apps.foreign", { link }),
        }))
      }
    />
  );
}
