// Who is in a conversation, and which apps are.

import {
  Avatar,
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { AddRegular, DeleteRegular, MoreHorizontalRegular, PeopleRegular } from "@fluentui/react-icons";
import { type App, api, type Chat } from "../api";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  surface: { maxHeight: "420px", overflowY: "auto", width: "280px", padding: "12px" },
  list: { listStyle: "none", margin: "8px 0 0", padding: 0, display: "grid", gap: "8px" },
  member: { display: "flex", alignItems: "center", gap: "10px" },
  quiet: { color: tokens.colorNeutralForeground3, display: "block", paddingTop: "8px" },
});

export function People({ chat }: { chat: Chat }) {
  const styles = useStyles();
  const { t } = useText();
  const more = chat.memberCount - chat.members.length;
  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<PeopleRegular />}
          aria-label={t("chat.people", { count: chat.memberCount })}
        >
          {chat.memberCount}
        </Button>
      </PopoverTrigger>
      <PopoverSurface
        className={styles.surface}
        aria-label={t("chat.people", { count: chat.memberCount })}
        tabIndex={0}
      >
        <Text weight="semibold">{t("chat.people", { count: chat.memberCount })}</Text>
        <ul className={styles.list}>
          {chat.members.map((member) => (
            <li key={member.handle} className={styles.member}>
              <Avatar name={member.name} size={28} color="colorful" aria-hidden />
              {member.name}
            </li>
          ))}
        </ul>
        {more > 0 && <Text className={styles.quiet}>{t("chat.morepeople", { count: more })}</Text>}
      </PopoverSurface>
    </Popover>
  );
}

export function ConversationMenu({ chat }: { chat: Chat }) {
  const { t } = useText();
  const { apps } = useWorld();
  const change = useAppIn(chat);
  if (apps.length === 0) return null;
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={t("chat.more")} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {apps.map((app) =>
            chat.botInstalled ? (
              <MenuItem key={app.id} icon={<DeleteRegular />} onClick={() => change(app, false)}>
                {t("chat.removeapp", { app: app.name })}
              </MenuItem>
            ) : (
              <MenuItem key={app.id} icon={<AddRegular />} onClick={() => change(app, true)}>
                {t("chat.addapp", { app: app.name })}
              </MenuItem>
            ),
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Adds an app to the conversation, or takes it out. */
function useAppIn(chat: Chat): (app: App, add: boolean) => void {
  const { me } = useWorld();
  const outcomes = useOutcomes();
  return (app, add) => {
    void outcomes.run({ app, place: chat.name }, async () => {
      if (chat.kind === "personal")
        await (add ? api.install(me.handle, app.id) : api.uninstall(me.handle, app.id));
      else await (add ? api.addToChat : api.removeFromChat)(me.handle, chat.id, app.id);
      live.refreshAll();
      return { type: "closed" };
    });
  };
}
