// An event, opened: who comes, and what one may do about it.

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
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  Text,
  tokens,
} from "@fluentui/react-components";
import {
  ArrowRepeatAllRegular,
  CheckmarkRegular,
  ClockRegular,
  ConferenceRoomRegular,
  DeleteRegular,
  DismissRegular,
  EditRegular,
  LocationRegular,
  LockClosedRegular,
  OpenRegular,
  PeopleRegular,
  QuestionRegular,
} from "@fluentui/react-icons";
import { type ReactElement, type ReactNode, useState } from "react";
import { type Answer, ApiError, api, type CalendarEvent, type Scope } from "../api";
import { safeHtml, webAddress } from "../html";
import { useWorld } from "../shell/world";
import { useText, type Text as Words } from "../text/text";
import { dayMs, wholeDays } from "./week";

const useStyles = makeStyles({
  content: { display: "grid", gap: "14px", overflowWrap: "anywhere" },
  row: { display: "grid", gridTemplateColumns: "24px minmax(0, 1fr)", gap: "10px" },
  icon: { fontSize: "20px", color: tokens.colorNeutralForeground3 },
  people: {
    display: "grid",
    gap: "6px",
    listStyle: "none",
    margin: "6px 0 0",
    padding: 0,
    maxHeight: "180px",
    overflowY: "auto",
  },
  person: { display: "flex", alignItems: "center", gap: "6px", flexWrap: "wrap" },
  body: {
    padding: "12px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground2,
    maxHeight: "240px",
    overflowY: "auto",
    whiteSpace: "pre-line",
    "& a": { color: tokens.colorBrandForegroundLink },
    "& p": { margin: "0 0 6px" },
  },
  badge: { marginInlineStart: "8px" },
  acts: { display: "flex", flexWrap: "wrap", gap: "8px", alignItems: "center" },
});

export interface EventDetailsProps {
  event: CalendarEvent;
  onEdit(scope: Scope): void;
  onClose(): void;
}

export function EventDetails({ event, onEdit, onClose }: EventDetailsProps) {
  const styles = useStyles();
  const { t } = useText();
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
            <Facts event={event} />
            {event.body && (
              // biome-ignore lint/security/noDangerouslySetInnerHtml: safeHtml lets only listed elements through.
              <div className={styles.body} dangerouslySetInnerHTML={{ __html: safeHtml(event.body) }} />
            )}
            <Acts event={event} onEdit={onEdit} onClose={onClose} />
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

function Facts({ event }: { event: CalendarEvent }) {
  const words = useText();
  const { t } = words;
  const { me } = useWorld();
  const people = event.attendees.filter(({ type }) => type !== "resource");
  const rooms = event.attendees.filter(({ type }) => type === "resource");
  return (
    <>
      <Row icon={<ClockRegular />}>{when(event, me.zone, words)}</Row>
      {event.seriesId && <Row icon={<ArrowRepeatAllRegular />}>{t("calendar.series")}</Row>}
      {event.private && <Row icon={<LockClosedRegular />}>{t("calendar.private")}</Row>}
      {event.location && <Row icon={<LocationRegular />}>{event.location}</Row>}
      {rooms.length > 0 && (
        <Row icon={<ConferenceRoomRegular />}>
          {t("calendar.room")}
          <Invited list={rooms} />
        </Row>
      )}
      <Row icon={<PeopleRegular />}>
        {t("calendar.organizer", { name: event.organizer.name })}
        <Invited list={people} />
      </Row>
    </>
  );
}

function when(event: CalendarEvent, zone: string, { t, day, time }: Words): string {
  if (event.allDay) {
    const { first, last } = wholeDays(event);
    const days = first === last ? [first] : [first, last];
    return `${days.map((one) => day(new Date(one * dayMs), "UTC")).join(" – ")}, ${t("calendar.allday")}`;
  }
  return `${day(event.start, zone)}, ${time(event.start, zone)} – ${time(event.end, zone)} (${zone})`;
}

const colors: Partial<Record<Answer, "success" | "danger" | "warning">> = {
  accepted: "success",
  declined: "danger",
  tentativelyAccepted: "warning",
};

function Invited({ list }: { list: CalendarEvent["attendees"] }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <ul className={styles.people}>
      {list.map(({ address, name, response }) => (
        <li key={address} className={styles.person}>
          <Avatar name={name} size={20} color="colorful" aria-hidden />
          {name}
          <Badge appearance="tint" color={colors[response] ?? "subtle"}>
            {t(`calendar.answer.${response}`)}
          </Badge>
        </li>
      ))}
    </ul>
  );
}

/** What the person may do: the organiser edits and deletes, the others answer. */
function Acts({ event, onEdit, onClose }: EventDetailsProps) {
  const styles = useStyles();
  const { t } = useText();
  const { me } = useWorld();
  const [scope, setScope] = useState<Scope>("one");
  const [sure, setSure] = useState(false);
  const [error, setError] = useState("");
  const run = async (work: () => Promise<unknown>) => {
    setError("");
    try {
      await work();
      onClose();
    } catch (failed) {
      setError(failed instanceof ApiError ? failed.message : String(failed));
    }
  };
  return (
    <div className={styles.content}>
      {sure ? (
        <Sure
          question={t(event.mine ? "calendar.delete.sure" : "calendar.delete.own")}
          onYes={() => void run(() => api.removeEvent(me.handle, event.id, scope))}
          onNo={() => setSure(false)}
        />
      ) : (
        <>
          {event.seriesId && <ScopeChoice scope={scope} onChoose={setScope} />}
          {!event.mine && (
            <Text>{t("calendar.yours", { answer: t(`calendar.answer.${event.response}`) })}</Text>
          )}
          <div className={styles.acts}>
            {event.mine ? (
              <Button icon={<EditRegular />} onClick={() => onEdit(scope)}>
                {t("calendar.edit")}
              </Button>
            ) : (
              <Answers
                onAnswer={(answer) => void run(() => api.respond(me.handle, event.id, answer, scope))}
              />
            )}
            <Button icon={<DeleteRegular />} onClick={() => setSure(true)}>
              {t("calendar.delete")}
            </Button>
          </div>
        </>
      )}
      <Problem text={error} />
    </div>
  );
}

function Answers({ onAnswer }: { onAnswer(answer: "accept" | "tentative" | "decline"): void }) {
  const { t } = useText();
  return (
    <>
      <Button icon={<CheckmarkRegular />} onClick={() => onAnswer("accept")}>
        {t("calendar.accept")}
      </Button>
      <Button icon={<QuestionRegular />} onClick={() => onAnswer("tentative")}>
        {t("calendar.tentative")}
      </Button>
      <Button icon={<DismissRegular />} onClick={() => onAnswer("decline")}>
        {t("calendar.decline")}
      </Button>
    </>
  );
}

function ScopeChoice({ scope, onChoose }: { scope: Scope; onChoose(scope: Scope): void }) {
  const { t } = useText();
  return (
    <Field label={t("calendar.scope")}>
      <RadioGroup layout="horizontal" value={scope} onChange={(_, { value }) => onChoose(value as Scope)}>
        <Radio value="one" label={t("calendar.scope.one")} />
        <Radio value="all" label={t("calendar.scope.all")} />
      </RadioGroup>
    </Field>
  );
}

function Sure({ question, onYes, onNo }: { question: string; onYes(): void; onNo(): void }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <>
      <Text>{question}</Text>
      <div className={styles.acts}>
        <Button onClick={onYes}>{t("calendar.delete.yes")}</Button>
        <Button onClick={onNo}>{t("calendar.keep")}</Button>
      </div>
    </>
  );
}

function Problem({ text }: { text: string }) {
  return (
    text !== "" && (
      <MessageBar intent="error">
        <MessageBarBody>{text}</MessageBarBody>
      </MessageBar>
    )
  );
}

function Row({ icon, children }: { icon: ReactElement; children: ReactNode }) {
  const styles = useStyles();
  return (
    <div className={styles.row}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <div>{children}</div>
    </div>
  );
}
