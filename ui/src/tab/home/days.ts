// How the list of meetings is told: which is next, which are of today, and the rest by day.

import type { Upcoming } from "../api";
import { dayOf } from "../text/dates";

export interface Day {
  /** "2026-03-04" in the reader's zone; "" for meetings without a time. */
  day: string;
  meetings: Upcoming[];
}

/** A meeting that has not ended, or that is being held. */
export function ahead(meeting: Upcoming, now: Date): boolean {
  return meeting.live || !meeting.end || new Date(meeting.end) > now;
}

/** The meeting that a person looks for: the one being held or the next to begin; not one of all day. */
export function next(meetings: Upcoming[], now: Date): Upcoming | undefined {
  const timed = meetings.filter((meeting) => meeting.start && !meeting.allDay && ahead(meeting, now));
  const begun = timed.filter(({ live, start }) => live || new Date(start ?? 0) <= now);
  const coming = timed.filter((meeting) => !begun.includes(meeting));
  return (
    begun.find(({ live }) => live) ??
    // One that began long ago and that nobody started gives way to one that is about to begin.
    (coming[0] && begun[0] && soon(coming[0], now) ? coming[0] : (begun.at(-1) ?? coming[0]))
  );
}

const soonMs = 10 * 60_000;
const soon = ({ start }: Upcoming, now: Date) => new Date(start ?? 0).getTime() - now.getTime() < soonMs;

/** By day in the reader's zone, earliest first, what has no time last; of the past the newest first. */
export function byDay(meetings: Upcoming[], zone: string, past = false): Day[] {
  const days = new Map<string, Upcoming[]>();
  for (const meeting of meetings) {
    // An all-day meeting belongs to the day that it names in its own zone.
    const day = meeting.start ? dayOf(meeting.start, meeting.allDay ? meeting.zone : zone) : "";
    days.set(day, [...(days.get(day) ?? []), meeting]);
  }
  const found = [...days]
    .map(([day, list]) => ({ day, meetings: list.sort(order) }))
    .sort((a, b) => (a.day || "9").localeCompare(b.day || "9"));
  return past ? found.reverse().map(({ day, meetings }) => ({ day, meetings: meetings.reverse() })) : found;
}

function order(a: Upcoming, b: Upcoming): number {
  return Number(b.allDay) - Number(a.allDay) || (a.start ?? "").localeCompare(b.start ?? "");
}
