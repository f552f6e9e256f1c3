import {
  Avatar,
  Badge,
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ClockRegular, LocationRegular, OpenRegular, PeopleRegular } from "@fluentui/react-icons";
import type { ReactElement, ReactNode } from "react";
import type { CalendarEvent } from "../api";
import { safeHtml, webAddress } from "../html";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  content: { display: "grid", gap: "14px", overflowWrap: "anywhere" },
  row: { display: "grid", gridTemplateColumns: "24px minmax(0, 1fr)", gap: "10px" },
  icon: { fontSize: "20px", color: tokens.colorNeutralForeground3 },
  people: {
    display: "flex",
    flexWrap: "wrap",
    gap: "6px 14px",
    listStyle: "none",
    margin: "6px 0 0",
    padding: 0,
    maxHeight: "180px",
    overflowY: "auto",
  },
  person: { display: "flex", alignItems: "center", gap: "6px" },
  body: {
    padding: "12px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground2,
    maxHeight: "240px",
    overflowY: "auto",
    "& a": { color: tokens.colorBrandForegroundLink },
    "& p": { margin: "0 0 6px" },
  },
  badge: { marginInlineStart: "8px" },
});

export function EventDetails({ event, onClose }: { event: CalendarEvent; onClose(): void }) {
  const styles = useStyles();
  const { t, day, time } = useText();
  const { me } = useWorld();
  const join = webAddress(event.joinUrl);
  return (
    <Dialog open onOpenChange={(_, change) => !change.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>
            {event.subject}
            {event.isTeams && (
              <Badge className={styles.badge} appearance="tint" color="warning">
                {t("calendar.teams")}
              </Badge>
            )}
          </DialogTitle>
          <DialogContent className={styles.content}>
            <Row icon={<ClockRegular />}>
              {day(event.start, me.zone)}, {time(event.start, me.zone)} – {time(event.end, me.zone)} (
              {me.zone})
            </Row>
            {event.location && <Row icon={<LocationRegular />}>{event.location}</Row>}
            <Row icon={<PeopleRegular />}>
              {t("calendar.organizer", { name: event.organizer.name })}
              <ul className={styles.people}>
                {event.attendees.map((attendee) => (
                  <li key={attendee.address} className={styles.person}>
                    <Avatar name={attendee.name} size={20} color="colorful" aria-hidden />
                    {attendee.name}
                  </li>
                ))}
              </ul>
            </Row>
            {event.body && (
              // biome-ignore lint/security/noDangerouslySetInnerHtml: safeHtml lets only listed elements through.
              <div className={styles.body} dangerouslySetInnerHTML={{ __html: safeHtml(event.body) }} />
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t("dialog.close")}</Button>
            {join && (
              <Button
                appearance="primary"
                icon={<OpenRegular />}
                onClick={() => window.open(join, "_blank", "noopener")}
              >
                {t("calendar.join")}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Row({ icon, children }: { icon: ReactElement; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.row}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <Text as="span" block>
        {children}
      </Text>
    </div>
  );
}
