// The form of an event, new or to be changed, as Outlook has it: title, times, people, rooms.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Dropdown,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Option,
  Switch,
  Textarea,
} from "@fluentui/react-components";
import { type FormEvent, useState } from "react";
import {
  ApiError,
  api,
  type CalendarEvent,
  type EventInput,
  type Person,
  paths,
  type Room,
  type Scope,
} from "../api";
import { useResource } from "../live";
import { useWorld } from "../shell/world";
import { type Key, useText } from "../text/text";
import { clock, dateText, dayNumber, dayOfText, minutesOf, moment, wall, wholeDays } from "./week";

const useStyles = makeStyles({
  content: { display: "grid", gap: "12px" },
  times: { display: "grid", gridTemplateColumns: "repeat(auto-fit, minmax(130px, 1fr))", gap: "12px" },
  narrow: { minWidth: 0 },
  switches: { display: "flex", flexWrap: "wrap", gap: "4px 24px" },
});

export interface Draft {
  subject: string;
  allDay: boolean;
  private: boolean;
  date: string;
  from: string;
  to: string;
  last: string;
  location: string;
  people: string[];
  rooms: string[];
  body: string;
}

/** What the form shows at first: of an event, or of the next full hour. */
export function draftOf(event: CalendarEvent | undefined, now: Date, zone: string): Draft {
  if (!event) {
    const start = wall(new Date(Math.ceil((now.getTime() + 1) / 3_600_000) * 3_600_000), zone);
    const date = dateText(dayNumber(start));
    return {
      subject: "",
      allDay: false,
      private: false,
      date,
      from: clock(start.minutes),
      to: clock((start.minutes + 30) % 1440),
      last: date,
      location: "",
      people: [],
      rooms: [],
      body: "",
    };
  }
  const start = wall(event.start, zone);
  const end = wall(event.end, zone);
  const days = event.allDay ? wholeDays(event) : { first: dayNumber(start), last: dayNumber(end) };
  const invited = (room: boolean) =>
    event.attendees.filter(({ type }) => (type === "resource") === room).map(({ address }) => address);
  return {
    subject: event.subject,
    allDay: event.allDay,
    private: event.private,
    date: dateText(days.first),
    from: event.allDay ? "09:00" : clock(start.minutes),
    to: event.allDay ? "10:00" : clock(end.minutes),
    last: dateText(days.last),
    location: event.location ?? "",
    people: invited(false),
    rooms: invited(true),
    body: "",
  };
}

/** The times of a draft, or what is wrong with it. */
export function timesOf(draft: Draft, zone: string): { start: Date; end: Date } | Key {
  const day = dayOfText(draft.date);
  const last = dayOfText(draft.last);
  const from = minutesOf(draft.from);
  const to = minutesOf(draft.to);
  if (draft.allDay) {
    if (Number.isNaN(day + last)) return "calendar.form.nodate";
    if (last < day) return "calendar.form.order";
    return { start: moment(day, 0, zone), end: moment(last + 1, 0, zone) };
  }
  if (Number.isNaN(day + from + to)) return "calendar.form.nodate";
  // Until a time that is earlier means until that time of the next day.
  return { start: moment(day, from, zone), end: moment(to > from ? day : day + 1, to, zone) };
}

/** What is sent: of a change only what is another, so that nobody is told of what stays. */
export function inputOf(
  draft: Draft,
  first: Draft,
  times: { start: Date; end: Date },
  zone: string,
  fresh: boolean,
) {
  const other = (...names: (keyof Draft)[]) =>
    fresh || names.some((name) => String(draft[name]) !== String(first[name]));
  const input: EventInput = {};
  if (other("subject")) input.subject = draft.subject.trim();
  if (other("allDay", "date", "from", "to", "last")) {
    input.start = times.start.toISOString();
    input.end = times.end.toISOString();
    input.allDay = draft.allDay;
    input.zone = zone;
  }
  if (other("private")) input.private = draft.private;
  if (other("people")) input.attendees = draft.people;
  if (other("rooms")) input.rooms = draft.rooms;
  if (draft.location.trim() !== first.location) input.location = draft.location.trim();
  if (draft.body.trim()) input.body = draft.body.trim();
  return input;
}

export interface EventFormProps {
  /** The event to change; a new one without. */
  event?: CalendarEvent | undefined;
  scope?: Scope;
  onClose(): void;
}

/** What is typed, and what becomes of it. */
function useEventForm({ event, scope = "one", onClose }: EventFormProps) {
  const { me, now } = useWorld();
  const zone = event?.allDay ? event.zone : me.zone;
  const [first] = useState(() => draftOf(event, now(), zone));
  const [draft, setDraft] = useState(first);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const set = (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change }));
  const times = timesOf(draft, zone);
  const noSubject = draft.subject.trim() === "";

  async function save(submitted: FormEvent) {
    submitted.preventDefault();
    setTried(true);
    if (noSubject || typeof times === "string") return;
    setBusy(true);
    setError("");
    try {
      const input = inputOf(draft, first, times, zone, !event);
      await (event
        ? api.changeEvent(me.handle, event.id, { ...input, scope })
        : api.makeEvent(me.handle, input));
      onClose();
    } catch (failed) {
      setError(failed instanceof ApiError ? failed.message : String(failed));
      setBusy(false);
    }
  }

  const wrong: { subject?: Key; times?: Key } = {};
  if (tried && noSubject) wrong.subject = "calendar.form.nosubject";
  if (tried && typeof times === "string") wrong.times = times;
  return { draft, set, save, busy, error, wrong };
}

export function EventForm(props: EventFormProps) {
  const { event, onClose } = props;
  const styles = useStyles();
  const { t } = useText();
  const { draft, set, save, busy, error, wrong } = useEventForm(props);
  return (
    <Dialog open onOpenChange={(_, change) => !change.open && onClose()}>
      <DialogSurface>
        <form onSubmit={save} noValidate>
          <DialogBody>
            <DialogTitle>{t(event ? "calendar.form.edit" : "calendar.form.new")}</DialogTitle>
            <DialogContent className={styles.content}>
              {error && (
                <MessageBar intent="error">
                  <MessageBarBody>{error}</MessageBarBody>
                </MessageBar>
              )}
              <Field
                label={t("calendar.form.subject")}
                required
                {...(wrong.subject ? { validationMessage: t(wrong.subject) } : {})}
              >
                <Input value={draft.subject} onChange={(_, { value }) => set({ subject: value })} />
              </Field>
              <Times draft={draft} set={set} {...(wrong.times ? { wrong: t(wrong.times) } : {})} />
              <Switches draft={draft} set={set} />
              <Invited draft={draft} set={set} />
              <Field label={t("calendar.form.location")}>
                <Input value={draft.location} onChange={(_, { value }) => set({ location: value })} />
              </Field>
              {!event && (
                <Field label={t("calendar.form.body")}>
                  <Textarea value={draft.body} onChange={(_, { value }) => set({ body: value })} />
                </Field>
              )}
            </DialogContent>
            <DialogActions>
              <Button onClick={onClose}>{t("dialog.close")}</Button>
              <Button appearance="primary" type="submit" disabled={busy}>
                {t(draft.people.length > 0 ? "calendar.form.send" : "calendar.form.save")}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

function Switches({ draft, set }: PartProps) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <div className={styles.switches}>
      <Switch
        label={t("calendar.allday")}
        checked={draft.allDay}
        onChange={(_, { checked }) => set({ allDay: checked })}
      />
      <Switch
        label={t("calendar.private")}
        checked={draft.private}
        onChange={(_, { checked }) => set({ private: checked })}
      />
    </div>
  );
}

interface PartProps {
  draft: Draft;
  set(change: Partial<Draft>): void;
}

function Times({ draft, set, wrong }: PartProps & { wrong?: string }) {
  const styles = useStyles();
  const { t } = useText();
  const field = (
    key: Key,
    type: "date" | "time",
    name: "date" | "last" | "from" | "to",
    message?: string,
  ) => (
    <Field label={t(key)} required {...(message ? { validationMessage: message } : {})}>
      <Input
        type={type}
        value={draft[name]}
        onChange={(_, { value }) => set({ [name]: value })}
        className={styles.narrow}
      />
    </Field>
  );
  return (
    <div className={styles.times}>
      {field("calendar.form.date", "date", "date", wrong)}
      {draft.allDay ? (
        field("calendar.form.last", "date", "last")
      ) : (
        <>
          {field("calendar.form.from", "time", "from")}
          {field("calendar.form.to", "time", "to")}
        </>
      )}
    </div>
  );
}

function Invited({ draft, set }: PartProps) {
  const { t } = useText();
  const { me, people } = useWorld();
  const rooms = useResource<{ rooms: Room[] }>(paths.rooms, []).data?.rooms ?? [];
  const colleagues = people.filter((one) => one.tenant === me.tenant && one !== me && one.email);
  return (
    <>
      <Choice
        label={t("calendar.form.people")}
        options={withOthers(colleagues, draft.people)}
        chosen={draft.people}
        onChoose={(list) => set({ people: list })}
      />
      <Choice
        label={t("calendar.form.rooms")}
        options={rooms
          .filter((room) => room.tenant === me.tenant)
          .map((room) => [
            room.email,
            t("calendar.form.seats", { name: room.name, building: room.building, count: room.capacity }),
          ])}
        chosen={draft.rooms}
        onChoose={(list) => set({ rooms: list })}
      />
    </>
  );
}

/** Colleagues, and whoever else is invited already, as address and name. */
function withOthers(colleagues: Person[], invited: string[]): [string, string][] {
  const known = colleagues.map(({ email, name }): [string, string] => [email, name]);
  const others = invited.filter((address) => !known.some(([email]) => email === address));
  return [...known, ...others.map((address): [string, string] => [address, address])];
}

interface ChoiceProps {
  label: string;
  /** Value and text of each. */
  options: [string, string][];
  chosen: string[];
  onChoose(list: string[]): void;
}

function Choice({ label, options, chosen, onChoose }: ChoiceProps) {
  const styles = useStyles();
  return (
    <Field label={label}>
      <Dropdown
        multiselect
        className={styles.narrow}
        selectedOptions={chosen}
        value={options
          .filter(([value]) => chosen.includes(value))
          .map(([, text]) => text)
          .join(", ")}
        onOptionSelect={(_, { selectedOptions }) => onChoose(selectedOptions)}
      >
        {options.map(([value, text]) => (
          <Option key={value} value={value} text={text}>
            {text}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
