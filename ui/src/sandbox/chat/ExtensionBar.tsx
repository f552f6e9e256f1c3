// The apps of the uploaded package that can be called from the box to write in.

import {
  Button,
  Menu,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import { useState } from "react";
import { type App, type Attachment, api, type Chat, type Command } from "../api";
import { useOutcomes } from "../outcome/outcomes";
import { usePreferences } from "../preferences";
import { AppIcon } from "../shell/AppIcon";
import { teamsTheme } from "../shell/CommandBox";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { Search } from "./Search";

const useStyles = makeStyles({
  item: { maxWidth: "300px", display: "grid" },
  quiet: { color: tokens.colorNeutralForeground3, whiteSpace: "normal" },
});

export interface ExtensionBarProps {
  chat: Chat;
  replyTo: string | undefined;
  onInsert(cards: Attachment[]): void;
}

export function ExtensionBar({ chat, replyTo, onInsert }: ExtensionBarProps) {
  const { apps, me } = useWorld();
  const { theme } = usePreferences();
  const outcomes = useOutcomes();
  const [search, setSearch] = useState<{ app: App; command: Command }>();
  const choose = (app: App, command: Command) => {
    if (command.type === "query") {
      setSearch({ app, command });
      return;
    }
    const input = { theme: teamsTheme(theme), ...(replyTo ? { replyTo } : {}) };
    const origin = { app, place: chat.name, title: command.title, onResult: onInsert };
    void outcomes.run(origin, () => api.command(me.handle, chat.id, command.id, input));
  };
  return (
    <>
      {apps.map((app) => (
        <AppMenu key={app.id} app={app} onChoose={(command) => choose(app, command)} />
      ))}
      {search && (
        <Search
          {...search}
          chat={chat}
          onClose={() => setSearch(undefined)}
          onChoose={(attachment) => {
            onInsert([attachment]);
            setSearch(undefined);
          }}
        />
      )}
    </>
  );
}

function AppMenu({ app, onChoose }: { app: App; onChoose(command: Command): void }) {
  const styles = useStyles();
  const { t } = useText();
  const commands = app.commands.filter((command) => command.context.includes("compose"));
  if (commands.length === 0) return null;
  return (
    <Menu positioning="above-start">
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<AppIcon app={app} size={20} />}
          aria-label={t("compose.app", { app: app.name })}
          title={app.name}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{app.name}</MenuGroupHeader>
            {commands.map((command) => (
              <MenuItem key={command.id} onClick={() => onChoose(command)}>
                <span className={styles.item}>
                  {command.title}
                  <Text size={200} className={styles.quiet}>
                    {command.description}
                  </Text>
                </span>
              </MenuItem>
            ))}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
