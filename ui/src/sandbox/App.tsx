// The page: its theme, its frame, and which part of it is shown.

import {
  FluentProvider,
  makeStyles,
  mergeClasses,
  Spinner,
  teamsDarkTheme,
  teamsHighContrastTheme,
  teamsLightTheme,
  tokens,
} from "@fluentui/react-components";
import { InfoRegular } from "@fluentui/react-icons";
import { lazy, type ReactNode, Suspense, useEffect, useMemo } from "react";
import { type App as AppInfo, type Chat, type Person, paths, type State } from "./api";
import { live, useResource } from "./live";
import { OutcomesProvider } from "./outcome/outcomes";
import { catchTabLinks } from "./outcome/teamsLink";
import { type Page, usePlace } from "./place";
import { usePreferences } from "./preferences";
import { Failed } from "./shell/feedback";
import { MessageToasts } from "./shell/MessageToasts";
import { Rail } from "./shell/Rail";
import { TopBar } from "./shell/TopBar";
import { type World, WorldProvider } from "./shell/world";
import { useText } from "./text/text";

const parts: Record<Page, ReturnType<typeof lazy>> = {
  activity: lazy(() => import("./activity/ActivityPage")),
  chat: lazy(() => import("./chat/ChatPage")),
  teams: lazy(() => import("./chat/ChatPage")),
  calendar: lazy(() => import("./calendar/CalendarPage")),
  mail: lazy(() => import("./mail/MailPage")),
  apps: lazy(() => import("./apps/AppsPage")),
  admin: lazy(() => import("./admin/AdminPage")),
  developer: lazy(() => import("./developer/DeveloperPage")),
};

const themes = { light: teamsLightTheme, dark: teamsDarkTheme, contrast: teamsHighContrastTheme };

const useStyles = makeStyles({
  ground: { height: "100%", background: tokens.colorNeutralBackground4 },
  framed: { display: "grid", placeItems: "center", background: tokens.colorNeutralBackground6 },
  app: {
    height: "100%",
    display: "flex",
    flexDirection: "column",
    background: tokens.colorNeutralBackground4,
    position: "relative",
    overflow: "hidden",
  },
  handset: {
    width: "390px",
    height: "min(844px, calc(100vh - 24px))",
    borderRadius: "28px",
    boxShadow: tokens.shadow64,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    transform: "translateZ(0)",
  },
  banner: {
    flex: "none",
    display: "flex",
    justifyContent: "center",
    alignItems: "center",
    gap: "6px",
    padding: "3px 12px",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    background: tokens.colorNeutralBackground5,
    borderBottom: `1px solid ${tokens.colorTransparentStroke}`,
    textAlign: "center",
  },
  row: { flex: 1, minHeight: 0, display: "flex" },
  column: { flexDirection: "column" },
  main: {
    flex: 1,
    minWidth: 0,
    minHeight: 0,
    display: "flex",
    background: tokens.colorNeutralBackground2,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    borderBottom: 0,
    borderRight: "none",
    borderStartStartRadius: "8px",
    overflow: "hidden",
    outline: "none",
  },
  mainPhone: { border: 0, borderRadius: 0 },
  skip: {
    position: "absolute",
    insetInlineStart: "8px",
    top: "-60px",
    zIndex: 10,
    border: "none",
    font: "inherit",
    padding: "8px 12px",
    background: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    borderRadius: tokens.borderRadiusMedium,
    ":focus": { top: "8px" },
  },
  wait: { flex: 1, display: "grid", placeItems: "center" },
});

export function App() {
  const styles = useStyles();
  const { theme, phone, framed } = usePreferences();
  useEffect(() => live.connect(), []);
  useEffect(() => catchTabLinks(), []);
  useEffect(() => {
    document.documentElement.style.setProperty("--card-scheme", theme === "light" ? "light" : "dark");
    document.documentElement.style.colorScheme = theme === "light" ? "light" : "dark";
  }, [theme]);
  return (
    <FluentProvider theme={themes[theme]} style={{ height: "100%" }}>
      <div className={mergeClasses(styles.ground, framed && styles.framed)}>
        <div
          className={mergeClasses(styles.app, framed && styles.handset)}
          data-layout={phone ? "phone" : "desktop"}
        >
          <Inside />
        </div>
      </div>
    </FluentProvider>
  );
}

function Inside() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { place, go } = usePlace();
  const people = useResource<{ people: Person[] }>(paths.people, ["people", "world"]);
  const list = people.data?.people ?? [];
  const me = list.find((person) => person.handle === place.person) ?? list[0];
  const handle = me?.handle;
  // Whoever comes without a name in the address, or with one that there is not, is the first person, and the address says so.
  useEffect(() => {
    if (handle && handle !== place.person) go({ person: handle });
  }, [handle, place.person, go]);
  if (!me) {
    return people.error ? (
      <Failed error={people.error} onRetry={people.retry} />
    ) : (
      <div className={styles.wait}>
        <Spinner size="large" label={t("loading")} />
      </div>
    );
  }
  const Part = parts[place.page];
  return (
    <Loaded me={me} people={list}>
      <header>
        <button type="button" className={styles.skip} onClick={skipToMain}>
          {t("skip")}
        </button>
        <Banner />
        <TopBar />
      </header>
      <div className={mergeClasses(styles.row, phone && styles.column)}>
        {!phone && <Rail />}
        <main id="main" tabIndex={-1} className={mergeClasses(styles.main, phone && styles.mainPhone)}>
          <Suspense
            fallback={
              <div className={styles.wait}>
                <Spinner label={t("loading")} />
              </div>
            }
          >
            <Part key={`${me.handle} ${place.page}`} />
          </Suspense>
        </main>
        {phone && <Rail />}
      </div>
      <MessageToasts />
    </Loaded>
  );
}

function skipToMain(): void {
  document.getElementById("main")?.focus();
}

function Banner() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  return (
    <div className={styles.banner}>
      <InfoRegular aria-hidden />
      {t(phone ? "banner.short" : "banner")}
    </div>
  );
}

/** Reads what every page needs, for the person who looks. */
function Loaded({ me, people, children }: { me: Person; people: Person[]; children: ReactNode }) {
  const state = useResource<State>(paths.state, ["state", "ledger", "clock"]).data;
  const { language } = usePreferences();
  const apps = useResource<{ apps: AppInfo[] }>(paths.apps(me.handle, language), [
    "apps",
    "state",
    "ledger",
  ]).data;
  const chats = useResource<{ chats: Chat[] }>(paths.chats(me.handle), ["chat:*", "chats"]);
  const world = useMemo<World>(() => {
    const offset = state ? Date.parse(state.now) - Date.now() : 0;
    return {
      me,
      people,
      state,
      apps: apps?.apps ?? [],
      chats: chats.data?.chats ?? [],
      chatsLoading: chats.loading,
      origins: state ? [new URL(state.productUrl).origin] : [],
      now: () => new Date(Date.now() + offset),
    };
  }, [me, people, state, apps, chats]);
  return (
    <WorldProvider world={world}>
      <OutcomesProvider origins={world.origins}>{children}</OutcomesProvider>
    </WorldProvider>
  );
}
