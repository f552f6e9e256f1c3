// "…" beside a message: the apps' commands that work on a message, and copying its words.

import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from "@fluentui/react-components";
import { CopyRegular, MoreHorizontalRegular } from "@fluentui/react-icons";
import { api, type Chat, type Message } from "../api";
import { plainText } from "../html";
import { useOutcomes } from "../outcome/outcomes";
import { usePreferences } from "../preferences";
import { AppIcon } from "../shell/AppIcon";
import { commandsFor, teamsTheme } from "../shell/CommandBox";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

export function MessageActions({ chat, message }: { chat: Chat; message: Message }) {
  const { t } = useText();
  const { theme } = usePreferences();
  const { me, apps } = useWorld();
  const outcomes = useOutcomes();
  if (message.deleted) return null;
  const commands = commandsFor(apps, "message");
  return (
    <Menu positioning="below-end">
      <MenuTrigger disableButtonEnhancement>
        <Button
          className="more"
          appearance="subtle"
          size="small"
          icon={<MoreHorizontalRegular />}
          aria-label={t("message.more", { name: message.from.name })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem
            icon={<CopyRegular />}
            onClick={() => void navigator.clipboard?.writeText(plainText(message.html))}
          >
            {t("message.copy")}
          </MenuItem>
          {commands.length > 0 && <MenuDivider />}
          {commands.map(({ app, command }) => (
            <MenuItem
              key={app.id + command.id}
              icon={<AppIcon app={app} size={20} />}
              onClick={() =>
                void outcomes.run({ app, place: chat.name, title: command.title }, () =>
                  api.command(me.handle, chat.id, command.id, {
                    message: message.id,
                    theme: teamsTheme(theme),
                  }),
                )
              }
            >
              {command.title}
            </MenuItem>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
