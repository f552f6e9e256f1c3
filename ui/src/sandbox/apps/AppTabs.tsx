// The app's own pages: its personal tabs, each in a frame, and the way to its chat.

import { makeStyles, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import type { App } from "../api";
import { useOutcomes } from "../outcome/outcomes";
import { PageFrame } from "../outcome/PageFrame";
import { type TabAddress, tabItem } from "../outcome/teamsLink";
import { usePlace } from "../place";
import { AppIcon } from "../shell/AppIcon";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  root: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  head: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    flex: "none",
    minHeight: "44px",
    padding: "0 16px",
    overflowX: "auto",
    background: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  name: { whiteSpace: "nowrap" },
});

const chatTab = " chat";

export function AppTabs({ app, address }: { app: App; address: TabAddress }) {
  const styles = useStyles();
  const { t } = useText();
  const { me, origins, chats } = useWorld();
  const { go } = usePlace();
  const outcomes = useOutcomes();
  const tab = app.tabs.find(({ id }) => id === address.tab) ?? app.tabs[0];
  const chat = chats.find(({ kind }) => kind === "personal");
  if (!tab) return null;
  const choose = (id: string) => {
    if (id === chatTab) go({ page: "chat", item: chat?.id ?? "" });
    else go({ item: tabItem({ app: app.id, tab: id }) });
  };
  return (
    <div className={styles.root}>
      <div className={styles.head}>
        <AppIcon app={app} size={24} />
        <Text as="h2" weight="semibold" className={styles.name}>
          {app.name}
        </Text>
        <TabList selectedValue={tab.id} onTabSelect={(_, { value }) => choose(String(value))}>
          {app.tabs.map(({ id, name }) => (
            <Tab key={id} value={id}>
              {name}
            </Tab>
          ))}
          {chat && <Tab value={chatTab}>{t("rail.chat")}</Tab>}
        </TabList>
      </div>
      <PageFrame
        key={`${tab.id} ${address.page ?? ""}`}
        url={tab.url}
        title={tab.name}
        frame="content"
        origins={origins}
        person={me}
        context={{ entityId: tab.id, ...(address.page ? { subEntityId: address.page } : {}) }}
        onForeignLink={(link) =>
          void outcomes.run({ app }, async () => ({ type: "message", text: t("apps.foreign", { link }) }))
        }
      />
    </div>
  );
}
