// The four things that a person opens the tab for.

import { makeStyles, mergeClasses, Spinner, Text, tokens } from "@fluentui/react-components";
import {
  CalendarAddRegular,
  type FluentIcon,
  PersonAddRegular,
  ShareScreenStartRegular,
  VideoRegular,
} from "@fluentui/react-icons";
import { useMe, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { opens, opensKeys } from "../where";
import { useStartNow } from "./useStartNow";

const useStyles = makeStyles({
  root: { display: "grid", gap: "8px" },
  tiles: {
    display: "grid",
    gap: "12px",
    gridTemplateColumns: "repeat(4, minmax(0, 1fr))",
    "@media (max-width: 760px)": { gridTemplateColumns: "repeat(2, minmax(0, 1fr))", gap: "8px" },
  },
  tile: {
    display: "grid",
    gridTemplateColumns: "auto minmax(0, 1fr)",
    columnGap: "12px",
    alignItems: "center",
    textAlign: "start",
    minHeight: "72px",
    padding: "12px 14px",
    font: "inherit",
    cursor: "pointer",
    color: tokens.colorNeutralForeground1,
    background: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow2,
    transitionProperty: "box-shadow, background",
    transitionDuration: tokens.durationFast,
    ":hover": { background: tokens.colorNeutralBackground1Hover, boxShadow: tokens.shadow8 },
    ":active": { background: tokens.colorNeutralBackground1Pressed },
    ":focus-visible": {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: "1px",
    },
    "@media (forced-colors: active)": { border: "1px solid ButtonBorder" },
    "@media (max-width: 420px)": { padding: "10px", columnGap: "10px" },
  },
  primary: {
    color: tokens.colorNeutralForegroundOnBrand,
    background: tokens.colorBrandBackground,
    borderTopColor: tokens.colorTransparentStroke,
    borderBottomColor: tokens.colorTransparentStroke,
    borderLeftColor: tokens.colorTransparentStroke,
    borderRightColor: tokens.colorTransparentStroke,
    ":hover": { background: tokens.colorBrandBackgroundHover, boxShadow: tokens.shadow8 },
    ":active": { background: tokens.colorBrandBackgroundPressed },
  },
  icon: {
    display: "grid",
    placeItems: "center",
    width: "40px",
    height: "40px",
    borderRadius: tokens.borderRadiusLarge,
    fontSize: "24px",
    color: tokens.colorBrandForeground1,
    background: tokens.colorNeutralBackground3,
    "@media (max-width: 420px)": { width: "32px", height: "32px", fontSize: "20px" },
  },
  primaryIcon: { color: "inherit", background: "transparent" },
  words: { display: "grid", minWidth: 0, overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
  onBrand: { color: "inherit" },
});

export function Actions() {
  const styles = useStyles();
  const { t, navigation, teams } = useSession();
  const me = useMe();
  const start = useStartNow();
  const words = (leaving: "start" | "join" | "screen") => t(opensKeys[opens(me, teams.context, leaving)]);
  return (
    <div className={styles.root}>
      <div className={styles.tiles}>
        <Tile
          primary
          icon={VideoRegular}
          name={t("tab.now")}
          note={words("start")}
          busy={start.busy}
          onPress={start.press}
        />
        <Tile
          icon={CalendarAddRegular}
          name={t("tab.schedule")}
          note={t("tab.opens_here")}
          onPress={() => navigation.go({ page: "schedule" })}
        />
        <Tile
          icon={PersonAddRegular}
          name={t("tab.join")}
          note={words("join")}
          onPress={() => navigation.go({ page: "join" })}
        />
        <Tile
          icon={ShareScreenStartRegular}
          name={t("tab.screen")}
          note={words("screen")}
          onPress={() => navigation.go({ page: "screen" })}
        />
      </div>
      <ProblemBar problem={start.problem} />
    </div>
  );
}

interface TileProps {
  icon: FluentIcon;
  name: string;
  note: string;
  primary?: boolean;
  busy?: boolean;
  onPress(): void;
}

function Tile({ icon: Icon, name, note, primary, busy, onPress }: TileProps) {
  const styles = useStyles();
  return (
    <button
      type="button"
      className={mergeClasses(styles.tile, primary && styles.primary)}
      aria-busy={busy}
      onClick={() => !busy && onPress()}
    >
      <span className={mergeClasses(styles.icon, primary && styles.primaryIcon)} aria-hidden>
        {busy ? <Spinner size="tiny" appearance={primary ? "inverted" : "primary"} /> : <Icon />}
      </span>
      <span className={styles.words}>
        <Text weight="semibold">{name}</Text>
        <Text size={200} className={primary ? styles.onBrand : styles.quiet}>
          {note}
        </Text>
      </span>
    </button>
  );
}
