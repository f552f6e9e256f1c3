// The buttons of a meeting.

import {
  Button,
  Menu,
  MenuButton,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import {
  CalendarAddRegular,
  CalendarCancelRegular,
  CopyAddRegular,
  CopyRegular,
  EditRegular,
  ShareRegular,
  VideoRegular,
} from "@fluentui/react-icons";
import type { Detail, Scope } from "../api";
import { useMeetingActions } from "../home/useMeetingActions";
import { useMe, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { useCopy } from "../shell/useCopy";
import { opens, opensKeys } from "../where";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  // All of an own meeting's buttons in one line of a wide page.
  row: {
    display: "flex",
    flexWrap: "wrap",
    gap: "8px",
    alignItems: "center",
    "& > button": { paddingInline: "10px" },
  },
  go: { display: "flex", flexWrap: "wrap", gap: "8px 12px", alignItems: "center" },
  quiet: { color: tokens.colorNeutralForeground3 },
  button: { minWidth: "120px" },
});

export interface ToolsProps {
  meeting: Detail;
  onShare(): void;
  onCancel(): void;
}

export function Tools({ meeting, onShare, onCancel }: ToolsProps) {
  const styles = useStyles();
  const { t, teams, navigation } = useSession();
  const me = useMe();
  const copy = useCopy();
  const act = useMeetingActions(meeting);
  const { can, joinUrl } = meeting;
  const goes = can.start ? "start" : "join";
  return (
    <div className={styles.root}>
      <div className={styles.go}>
        {can.start && (
          <Button
            className={styles.button}
            appearance="primary"
            size="large"
            icon={<VideoRegular />}
            disabledFocusable={act.busy}
            onClick={act.start}
          >
            {t("tab.start")}
          </Button>
        )}
        {joinUrl && (
          <Button
            className={styles.button}
            appearance={can.start ? "secondary" : "primary"}
            size="large"
            icon={can.start ? undefined : <VideoRegular />}
            disabledFocusable={act.busy}
            onClick={act.join}
          >
            {t("tab.join_this")}
          </Button>
        )}
        {(can.start || joinUrl) && (
          <Text size={200} className={styles.quiet}>
            {t(opensKeys[opens(me, teams.context, goes)])}
          </Text>
        )}
      </div>
      <ProblemBar problem={act.problem} />
      <div className={styles.row}>
        {meeting.invitation && (
          <Button
            icon={<CopyRegular />}
            onClick={() => void copy(meeting.invitation, t("tab.copied_invitation"))}
          >
            {t("tab.copy_invitation")}
          </Button>
        )}
        {can.share && (
          <Button icon={<ShareRegular />} onClick={onShare}>
            {t("tab.share")}
          </Button>
        )}
        {can.addToCalendar && (
          <Button icon={<CalendarAddRegular />} disabledFocusable={act.busy} onClick={act.addToCalendar}>
            {t("tab.calendar_add")}
          </Button>
        )}
        {can.change && <Change meeting={meeting} />}
        {can.change && meeting.input && (
          <Button
            icon={<CopyAddRegular />}
            onClick={() => navigation.go({ page: "schedule", like: meeting.key })}
          >
            {t("tab.again")}
          </Button>
        )}
        {can.cancel && (
          <Button icon={<CalendarCancelRegular />} onClick={onCancel}>
            {t("tab.cancel")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Changing; of a series first which part of it. */
function Change({ meeting }: { meeting: Detail }) {
  const { t, navigation } = useSession();
  const { key, original } = meeting;
  const change = (scope: Scope) =>
    navigation.go({ page: "change", key, scope, ...(original ? { original } : {}) });
  if (meeting.kind !== "occurrence") {
    return (
      <Button icon={<EditRegular />} onClick={() => change("all")}>
        {t("tab.change")}
      </Button>
    );
  }
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton icon={<EditRegular />}>{t("tab.change")}</MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => change("occurrence")}>{t("tab.scope_occurrence")}</MenuItem>
          <MenuItem onClick={() => change("following")}>{t("tab.scope_following")}</MenuItem>
          <MenuItem onClick={() => change("all")}>{t("tab.scope_all")}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
