// The person's calendar: a working week, or an agenda on a phone.

import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { AddRegular, ChevronLeftRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type CalendarEvent, paths, type Scope } from "../api";
import { useResource } from "../live";
import { usePreferences } from "../preferences";
import { Failed, Loading } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import { Agenda } from "./Agenda";
import { EventDetails } from "./EventDetails";
import { EventForm } from "./EventForm";
import { WeekGrid } from "./WeekGrid";
import { dayMs, mondayOf } from "./week";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  head: {
    display: "flex",
    alignItems: "center",
    gap: "6px",
    padding: "10px 16px",
    flexWrap: "wrap",
    flex: "none",
  },
  title: { marginInlineEnd: "auto", fontSize: tokens.fontSizeBase500 },
  body: { flex: 1, minHeight: 0, display: "flex" },
});

export default function CalendarPage() {
  const styles = useStyles();
  const { t, format } = useText();
  const { phone } = usePreferences();
  const { me, now } = useWorld();
  const [weeks, setWeeks] = useState(0);
  const [open, setOpen] = useState<CalendarEvent>();
  const [form, setForm] = useState<{ event?: CalendarEvent; scope: Scope }>();
  const monday = mondayOf(now(), me.zone) + weeks * 7;
  const from = new Date((monday - 1) * dayMs);
  const to = new Date((monday + 8) * dayMs);
  const answer = useResource<{ events: CalendarEvent[] }>(paths.calendar(me.handle, from, to), [
    `calendar:${me.handle}`,
    "clock",
  ]);
  const events = answer.data?.events ?? [];
  const month = format(new Date((monday + 3) * dayMs), { month: "long", year: "numeric" }, "UTC");
  const show = { monday, events, zone: me.zone, onOpen: setOpen };
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <Text as="h2" weight="bold" className={styles.title}>
          {month}
        </Text>
        {me.mailbox && (
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setForm({ scope: "one" })}>
            {t("calendar.new")}
          </Button>
        )}
        <Button appearance="subtle" onClick={() => setWeeks(0)}>
          {t("calendar.today")}
        </Button>
        <Button
          appearance="subtle"
          icon={<ChevronLeftRegular />}
          aria-label={t("calendar.before")}
          onClick={() => setWeeks(weeks - 1)}
        />
        <Button
          appearance="subtle"
          icon={<ChevronRightRegular />}
          aria-label={t("calendar.after")}
          onClick={() => setWeeks(weeks + 1)}
        />
      </div>
      <div className={styles.body}>
        {answer.error && !answer.data ? (
          <Failed error={answer.error} onRetry={answer.retry} />
        ) : answer.loading ? (
          <Loading />
        ) : phone ? (
          <Agenda {...show} />
        ) : (
          <WeekGrid {...show} />
        )}
      </div>
      {open && (
        <EventDetails
          event={events.find(({ id }) => id === open.id) ?? open}
          onClose={() => setOpen(undefined)}
          onEdit={(scope) => {
            setOpen(undefined);
            setForm({ event: open, scope });
          }}
        />
      )}
      {form && <EventForm event={form.event} scope={form.scope} onClose={() => setForm(undefined)} />}
    </div>
  );
}

export interface WeekProps {
  /** The day number of the first day shown. */
  monday: number;
  events: CalendarEvent[];
  zone: string;
  onOpen(event: CalendarEvent): void;
}
