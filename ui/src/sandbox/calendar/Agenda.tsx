import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { CalendarEmptyRegular } from "@fluentui/react-icons";
import type { CalendarEvent } from "../api";
import { Empty } from "../shell/feedback";
import { useText } from "../text/text";
import type { WeekProps } from "./CalendarPage";
import { allOf, dayMs, placeDay } from "./week";

const useStyles = makeStyles({
  scroll: { flex: 1, overflowY: "auto", padding: "0 12px 16px" },
  day: { padding: "14px 4px 6px", display: "block" },
  list: { listStyle: "none", margin: 0, padding: 0, display: "grid", gap: "8px" },
  event: {
    width: "100%",
    display: "grid",
    gridTemplateColumns: "64px 1fr",
    gap: "10px",
    padding: "10px 12px",
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    borderLeft: `4px solid ${tokens.colorBrandStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground1,
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    overflowWrap: "anywhere",
  },
  teams: { borderLeftColor: tokens.colorPaletteMarigoldBorderActive },
  times: { display: "grid", alignContent: "start", color: tokens.colorNeutralForeground3 },
  words: { display: "grid", minWidth: 0 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function Agenda({ monday, events, zone, onOpen }: WeekProps) {
  const styles = useStyles();
  const { t, day } = useText();
  const week = [0, 1, 2, 3, 4, 5, 6]
    .map((index) => ({
      number: monday + index,
      events: [
        ...allOf(events, monday + index),
        ...placeDay(events, monday + index, zone).map(({ event }) => event),
      ],
    }))
    .filter((one) => one.events.length > 0);
  if (week.length === 0) {
    return <Empty icon={<CalendarEmptyRegular />} title={t("calendar.empty")} />;
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label={t("calendar.week")}>
      {week.map((one) => (
        <section key={one.number}>
          <Text as="h3" weight="semibold" className={styles.day}>
            {day(new Date(one.number * dayMs), "UTC")}
          </Text>
          <ul className={styles.list}>
            {one.events.map((event) => (
              <li key={event.id}>
                <Line event={event} zone={zone} onOpen={() => onOpen(event)} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  );
}

function Line({ event, zone, onOpen }: { event: CalendarEvent; zone: string; onOpen(): void }) {
  const styles = useStyles();
  const { t, time } = useText();
  return (
    <button
      type="button"
      className={mergeClasses(styles.event, event.isTeams && styles.teams)}
      onClick={onOpen}
    >
      <span className={styles.times}>
        {event.allDay ? (
          <Text size={200}>{t("calendar.allday")}</Text>
        ) : (
          <>
            <Text weight="semibold">{time(event.start, zone)}</Text>
            <Text size={200}>{time(event.end, zone)}</Text>
          </>
        )}
      </span>
      <span className={styles.words}>
        <Text weight="semibold">{event.subject}</Text>
        <Text size={200} className={styles.quiet}>
          {event.organizer.name}
        </Text>
      </span>
    </button>
  );
}
