// The way between the pages: a rail at the left, or a bar at the bottom of a phone.

import {
  CounterBadge,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  tokens,
} from "@fluentui/react-components";
import {
  AlertFilled,
  AlertRegular,
  AppsFilled,
  AppsRegular,
  CalendarLtrFilled,
  CalendarLtrRegular,
  ChatFilled,
  ChatRegular,
  CodeFilled,
  CodeRegular,
  type FluentIcon,
  MailFilled,
  MailRegular,
  MoreHorizontalRegular,
  PeopleTeamFilled,
  PeopleTeamRegular,
  ShieldPersonFilled,
  ShieldPersonRegular,
} from "@fluentui/react-icons";
import type { App } from "../api";
import { parseTabItem } from "../outcome/teamsLink";
import { type Page, type Place, usePlace } from "../place";
import { usePreferences } from "../preferences";
import { type Key, useText } from "../text/text";
import { AppIcon } from "./AppIcon";
import { Hidden } from "./Hidden";
import { administrator, useWorld } from "./world";

const icons: Record<Page, [FluentIcon, FluentIcon]> = {
  activity: [AlertRegular, AlertFilled],
  chat: [ChatRegular, ChatFilled],
  teams: [PeopleTeamRegular, PeopleTeamFilled],
  calendar: [CalendarLtrRegular, CalendarLtrFilled],
  mail: [MailRegular, MailFilled],
  apps: [AppsRegular, AppsFilled],
  admin: [ShieldPersonRegular, ShieldPersonFilled],
  developer: [CodeRegular, CodeFilled],
};

const useStyles = makeStyles({
  rail: {
    display: "flex",
    flexDirection: "column",
    width: "72px",
    flex: "none",
    padding: "4px 0",
    gap: "2px",
    overflowY: "auto",
  },
  bar: {
    display: "flex",
    flex: "none",
    justifyContent: "space-around",
    padding: "2px 4px max(2px, env(safe-area-inset-bottom))",
    background: tokens.colorNeutralBackground1,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  item: {
    position: "relative",
    display: "grid",
    justifyItems: "center",
    gap: "2px",
    minHeight: "52px",
    alignContent: "center",
    margin: "0 4px",
    padding: "4px 2px",
    border: "1px solid transparent",
    borderRadius: tokens.borderRadiusLarge,
    background: "transparent",
    color: tokens.colorNeutralForeground2,
    font: "inherit",
    fontSize: "11px",
    lineHeight: "14px",
    cursor: "pointer",
    ":hover": { background: tokens.colorSubtleBackgroundHover, color: tokens.colorNeutralForeground2Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  here: {
    color: tokens.colorBrandForeground1,
    fontWeight: 600,
    "::before": {
      content: '""',
      position: "absolute",
      insetInlineStart: "-4px",
      top: "14px",
      bottom: "14px",
      width: "3px",
      borderRadius: "2px",
      background: tokens.colorBrandForeground1,
    },
  },
  hereBar: { "::before": { display: "none" } },
  name: {
    maxWidth: "calc(100% + 10px)",
    letterSpacing: "-0.2px",
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
  },
  flex: { flex: 1 },
  barItem: { flex: 1, margin: 0 },
  badge: { position: "absolute", top: "3px", insetInlineEnd: "10px" },
});

export function Rail() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { me, apps } = useWorld();
  const pinned = apps.filter(({ installed, tabs }) => installed && tabs.length > 0);
  const shown: Page[] = ["activity", "chat", "teams", "calendar", "mail", "apps"];
  if (me.handle === administrator) shown.push("admin");
  if (phone) {
    return (
      <nav className={styles.bar} aria-label={t("rail.label")}>
        {(["activity", "chat", "teams", "calendar"] as const).map((page) => (
          <Item key={page} page={page} />
        ))}
        <More pages={[...shown.slice(4), "developer"]} apps={pinned} />
      </nav>
    );
  }
  return (
    <nav className={styles.rail} aria-label={t("rail.label")}>
      {shown.map((page) => (
        <Item key={page} page={page} />
      ))}
      {pinned.map((app) => (
        <AppItem key={app.id} app={app} />
      ))}
      <span className={styles.flex} />
      <Item page="developer" />
    </nav>
  );
}

function useUnread(page: Page): number {
  const { chats } = useWorld();
  if (page !== "chat" && page !== "teams") return 0;
  return chats.reduce(
    (sum, chat) => sum + ((chat.kind === "channel") === (page === "teams") ? chat.unread : 0),
    0,
  );
}

function Item({ page }: { page: Page }) {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { place, go } = usePlace();
  const unread = useUnread(page);
  const here = place.page === page && !(page === "apps" && place.item);
  const Icon = icons[page][here ? 1 : 0];
  const name = t(`rail.${page}` as Key);
  return (
    <button
      type="button"
      className={mergeClasses(
        styles.item,
        phone && styles.barItem,
        here && styles.here,
        here && phone && styles.hereBar,
      )}
      aria-current={here ? "page" : undefined}
      onClick={() => go({ page, item: "" })}
    >
      <Icon fontSize={24} />
      {name}
      {unread > 0 && (
        <>
          <CounterBadge className={styles.badge} count={unread} size="small" color="danger" aria-hidden />
          <Hidden>{t("rail.unread", { count: unread })}</Hidden>
        </>
      )}
    </button>
  );
}

/** An app with tabs of its own: one press away, as if it were pinned. */
function AppItem({ app }: { app: App }) {
  const styles = useStyles();
  const { place, go } = usePlace();
  const here = isOpen(app, place);
  return (
    <button
      type="button"
      className={mergeClasses(styles.item, here && styles.here)}
      aria-current={here ? "page" : undefined}
      onClick={() => go({ page: "apps", item: app.id })}
    >
      <AppIcon app={app} size={24} />
      <span className={styles.name}>{app.name}</span>
    </button>
  );
}

const isOpen = (app: App, place: Place) => place.page === "apps" && parseTabItem(place.item).app === app.id;

function More({ pages, apps }: { pages: Page[]; apps: App[] }) {
  const styles = useStyles();
  const { t } = useText();
  const { place, go } = usePlace();
  const here = pages.includes(place.page);
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <button
          type="button"
          className={mergeClasses(styles.item, styles.barItem, here && styles.here, styles.hereBar)}
        >
          <MoreHorizontalRegular fontSize={24} />
          {t("rail.more")}
        </button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {apps.map((app) => (
            <MenuItem
              key={app.id}
              icon={<AppIcon app={app} size={20} />}
              onClick={() => go({ page: "apps", item: app.id })}
            >
              {app.name}
            </MenuItem>
          ))}
          {pages.map((page) => {
            const Icon = icons[page][0];
            return (
              <MenuItem key={page} icon={<Icon />} onClick={() => go({ page, item: "" })}>
                {t(`rail.${page}` as Key)}
              </MenuItem>
            );
          })}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
