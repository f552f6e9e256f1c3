// What a meeting is known by: number, passcode, link, and where it stands in calendar and chat.

import { Button, makeStyles, tokens } from "@fluentui/react-components";
import {
  CalendarCheckmarkRegular,
  ChatRegular,
  CopyRegular,
  type FluentIcon,
  KeyRegular,
  LinkRegular,
  NumberSymbolRegular,
  PersonRegular,
  ShareRegular,
} from "@fluentui/react-icons";
import type { Detail, Upcoming } from "../api";
import { useSession } from "../session";
import { useCopy } from "../shell/useCopy";
import type { Key } from "../text/text";

const useStyles = makeStyles({
  list: {
    margin: 0,
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    padding: "8px 24px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    "@media (max-width: 600px)": { padding: "4px 16px" },
  },
  row: {
    display: "grid",
    gridTemplateColumns: "150px minmax(0, 1fr) 32px",
    gap: "2px 12px",
    alignItems: "center",
    minHeight: "44px",
    ":not(:last-child)": { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
    "@media (max-width: 600px)": { gridTemplateColumns: "minmax(0, 1fr) 32px", padding: "6px 0" },
  },
  name: {
    display: "flex",
    gap: "8px",
    alignItems: "center",
    color: tokens.colorNeutralForeground3,
    "@media (max-width: 600px)": { gridColumn: "1 / -1" },
  },
  icon: { fontSize: "18px", flex: "none" },
  value: { margin: 0, overflowWrap: "anywhere", minWidth: 0 },
});

const calendarKeys: Record<Upcoming["calendar"], Key> = {
  in: "tab.calendar_in",
  pending: "tab.calendar_pending",
  out: "tab.calendar_out",
  unavailable: "tab.calendar_unavailable",
};

export function Facts({ meeting }: { meeting: Detail }) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const { zoomId, passcode, joinUrl, conversation, sharedIn, host, hostName } = meeting;
  return (
    <dl className={styles.list} aria-label={t("tab.facts")}>
      <Fact icon={PersonRegular} name="tab.hosted_by" value={host ? t("tab.you") : (hostName ?? "–")} />
      {zoomId && (
        <Fact icon={NumberSymbolRegular} name="tab.meeting_id" value={grouped(zoomId)} copied={zoomId} />
      )}
      {passcode && <Fact icon={KeyRegular} name="tab.passcode" value={passcode} copied={passcode} />}
      {joinUrl && <Fact icon={LinkRegular} name="tab.join_link" value={joinUrl} copied={joinUrl} />}
      <Fact
        icon={CalendarCheckmarkRegular}
        name="tab.calendar"
        value={t(meeting.onlyInZoom ? "tab.only_in_zoom_text" : calendarKeys[meeting.calendar])}
      />
      {conversation && <Fact icon={ChatRegular} name="tab.made_in" value={conversation} />}
      {sharedIn && sharedIn.length > 0 && (
        <Fact icon={ShareRegular} name="tab.shared_in" value={dates.list(sharedIn)} />
      )}
    </dl>
  );
}

interface FactProps {
  icon: FluentIcon;
  name: Key;
  value: string;
  /** What the copy button copies; without it there is none. */
  copied?: string;
}

function Fact({ icon: Icon, name, value, copied }: FactProps) {
  const styles = useStyles();
  const { t } = useSession();
  const copy = useCopy();
  return (
    <div className={styles.row}>
      <dt className={styles.name}>
        <Icon className={styles.icon} aria-hidden />
        {t(name)}
      </dt>
      <dd className={styles.value}>
        <bdi>{value}</bdi>
      </dd>
      {copied && (
        <dd className={styles.value}>
          <Button
            appearance="subtle"
            size="small"
            icon={<CopyRegular />}
            aria-label={t("tab.copy_what", { What: t(name) })}
            onClick={() => void copy(copied, t("tab.copied_what", { What: t(name) }))}
          />
        </dd>
      )}
    </div>
  );
}

/** "852 1234 5678", as Zoom writes its numbers. */
function grouped(id: string): string {
  return /^\d{9,12}$/.test(id) ? id.replace(/^(\d{3})(\d{3,4})(\d+)$/, "$1 $2 $3") : id;
}
