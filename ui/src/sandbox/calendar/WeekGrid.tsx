import { makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { Hidden } from "../shell/Hidden";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";
import type { WeekProps } from "./CalendarPage";
import { allOf, dayMs, dayNumber, type Placed, placeDay, wall } from "./week";

const hour = 52;
const workFrom = 7.5;
const workTo = 17;
const days = [0, 1, 2, 3, 4, 5, 6];
const hours = Array.from({ length: 23 }, (_, index) => index + 1);

const useStyles = makeStyles({
  scroll: { flex: 1, overflow: "auto", minWidth: 0, outlineOffset: "-2px" },
  head: {
    position: "sticky",
    top: 0,
    zIndex: 2,
    display: "grid",
    gridTemplateColumns: "56px repeat(7, minmax(88px, 1fr))",
    background: tokens.colorNeutralBackground2,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  dayName: {
    display: "grid",
    alignContent: "start",
    minWidth: 0,
    padding: "6px 10px 8px",
    borderTop: "3px solid transparent",
  },
  today: { borderTopColor: tokens.colorBrandStroke1, color: tokens.colorBrandForeground1 },
  quiet: { color: "inherit" },
  grid: {
    position: "relative",
    display: "grid",
    gridTemplateColumns: "56px repeat(7, minmax(88px, 1fr))",
    height: `${24 * hour}px`,
    background: tokens.colorNeutralBackground1,
  },
  hours: {
    position: "relative",
    color: tokens.colorNeutralForeground3,
    background: tokens.colorNeutralBackground2,
  },
  hourName: {
    position: "absolute",
    insetInlineEnd: "8px",
    transform: "translateY(-50%)",
    fontSize: tokens.fontSizeBase100,
  },
  column: {
    position: "relative",
    borderLeft: `1px solid ${tokens.colorNeutralStroke3}`,
    backgroundImage: `linear-gradient(${tokens.colorNeutralStroke3} 1px, transparent 1px)`,
    backgroundSize: `100% ${hour}px`,
  },
  event: {
    position: "absolute",
    overflow: "hidden",
    display: "grid",
    alignContent: "start",
    padding: "3px 6px 3px 9px",
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderLeft: `4px solid ${tokens.colorBrandStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorBrandBackground2,
    color: tokens.colorNeutralForeground1,
    font: "inherit",
    fontSize: tokens.fontSizeBase200,
    lineHeight: "16px",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorBrandBackground2Hover, boxShadow: tokens.shadow4 },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, zIndex: 1 },
  },
  allDay: {
    position: "static",
    width: "100%",
    marginTop: "2px",
    whiteSpace: "nowrap",
    textOverflow: "ellipsis",
  },
  teams: {
    borderLeftColor: tokens.colorPaletteMarigoldBorderActive,
    background: tokens.colorPaletteMarigoldBackground1,
    ":hover": { background: tokens.colorPaletteMarigoldBackground1 },
  },
  subject: { fontWeight: 600, overflowWrap: "anywhere" },
  now: {
    position: "absolute",
    insetInline: 0,
    height: "2px",
    background: tokens.colorBrandStroke1,
    zIndex: 1,
    pointerEvents: "none",
  },
});

export function WeekGrid({ monday, events, zone, onOpen }: WeekProps) {
  const styles = useStyles();
  const { t, format } = useText();
  const { now } = useWorld();
  const here = wall(now(), zone);
  const [top] = useState(() => firstShown(here.minutes / 60));
  const scroll = useRef<HTMLElement>(null);
  useEffect(() => {
    if (scroll.current) scroll.current.scrollTop = top * hour;
  }, [top]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={scroll} className={styles.scroll} tabIndex={0} aria-label={t("calendar.week")}>
      <div className={styles.head}>
        <span />
        {days.map((day) => {
          const date = new Date((monday + day) * dayMs);
          return (
            <div
              key={day}
              className={mergeClasses(styles.dayName, monday + day === dayNumber(here) && styles.today)}
            >
              <Text size={500} weight="semibold" className={styles.quiet}>
                {date.getUTCDate()}
              </Text>
              <Text size={200} className={styles.quiet}>
                {format(date, { weekday: "short" }, "UTC")}
              </Text>
              {allOf(events, monday + day).map((event) => (
                <button
                  key={event.id}
                  type="button"
                  className={mergeClasses(styles.event, styles.allDay)}
                  onClick={() => onOpen(event)}
                >
                  {event.subject}
                  <Hidden>{t("calendar.allday")}</Hidden>
                </button>
              ))}
            </div>
          );
        })}
      </div>
      <div className={styles.grid}>
        <div className={styles.hours} aria-hidden>
          {hours.map((at) => (
            <span key={at} className={styles.hourName} style={{ top: at * hour }}>
              {format(new Date(at * 3_600_000), { hour: "2-digit", minute: "2-digit" }, "UTC")}
            </span>
          ))}
        </div>
        {days.map((day) => (
          <div key={day} className={styles.column}>
            {monday + day === dayNumber(here) && (
              <div className={styles.now} style={{ top: (here.minutes / 60) * hour }} />
            )}
            {placeDay(events, monday + day, zone).map((placed) => (
              <EventBox
                key={placed.event.id}
                placed={placed}
                zone={zone}
                onOpen={() => onOpen(placed.event)}
              />
            ))}
          </div>
        ))}
      </div>
    </section>
  );
}

function EventBox({ placed, zone, onOpen }: { placed: Placed; zone: string; onOpen(): void }) {
  const styles = useStyles();
  const { time } = useText();
  const { event, from, to, lane, lanes } = placed;
  const span = `${time(event.start, zone)} – ${time(event.end, zone)}`;
  return (
    <button
      type="button"
      className={mergeClasses(styles.event, event.isTeams && styles.teams)}
      style={{
        top: (from / 60) * hour + 1,
        height: ((to - from) / 60) * hour - 2,
        insetInlineStart: `calc(${(lane / lanes) * 100}% + 1px)`,
        width: `calc(${100 / lanes}% - 5px)`,
      }}
      onClick={onOpen}
    >
      <span className={styles.subject}>{event.subject}</span>
      {to - from > shortLine ? <span>{span}</span> : <Hidden>{span}</Hidden>}
      {to - from > shortLine && event.organizer.name}
    </button>
  );
}

const shortLine = 30;

/** The hour at the top: of a working day's start, unless it is early or late now. */
function firstShown(now: number): number {
  return now < workFrom || now > workTo ? Math.max(0, now - 2) : workFrom;
}
