// The meetings by day.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import type { Upcoming } from "../api";
import { useSession } from "../session";
import { dayOf, daysBetween } from "../text/dates";
import type { Key } from "../text/text";
import { byDay } from "./days";
import { MeetingRow } from "./MeetingRow";

const useStyles = makeStyles({
  days: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "20px" },
  day: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "8px" },
  head: { display: "flex", gap: "8px", alignItems: "baseline", flexWrap: "wrap" },
  date: { color: tokens.colorNeutralForeground3 },
  list: {
    listStyle: "none",
    margin: 0,
    padding: 0,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    overflow: "hidden",
  },
});

export interface DaysProps {
  meetings: Upcoming[];
  now: Date;
  /** They are over. */
  past?: boolean;
}

export function Days({ meetings, now, past = false }: DaysProps) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const today = dayOf(now, dates.zone);
  return (
    <div className={styles.days}>
      {byDay(meetings, dates.zone, past).map(({ day, meetings: list }) => {
        const at = new Date(`${day || today}T12:00:00Z`);
        const far = daysBetween(new Date(`${today}T12:00:00Z`), at, "UTC");
        const name = nearby(far, past);
        const near = name ? t(name) : "";
        const date = dates.day(at, now, "UTC");
        return (
          <section key={day} className={styles.day} aria-label={day ? near || date : t("tab.any_time")}>
            <div className={styles.head}>
              <Text as="h2" weight="semibold" size={400}>
                {day ? near || date : t("tab.any_time")}
              </Text>
              {day && near && <Text className={styles.date}>{date}</Text>}
            </div>
            <ul className={styles.list}>
              {list.map((meeting) => (
                <MeetingRow
                  key={`${meeting.key} ${meeting.original ?? ""}`}
                  meeting={meeting}
                  now={now}
                  past={past}
                />
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

/** What is not over and began on an earlier day belongs to today. */
function nearby(far: number, past: boolean): Key | undefined {
  if (far === 1) return "tab.tomorrow";
  if (past && far === -1) return "tab.yesterday";
  return far === 0 || (far < 0 && !past) ? "tab.today" : undefined;
}
