// Arithmetic of a calendar: weeks, days in a zone, and how events that overlap share a column.

import type { CalendarEvent } from "../api";

export const dayMs = 86_400_000;

/** What a clock on the wall shows in a zone: year, month (1–12), day, minutes since midnight. */
export interface Wall {
  year: number;
  month: number;
  day: number;
  minutes: number;
}

export function wall(at: Date | string, zone: string): Wall {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    hourCycle: "h23",
  }).formatToParts(new Date(at));
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    minutes: part("hour") * 60 + part("minute"),
  };
}

/** The day of a wall time as a number that can be counted on, at UTC midnight. */
export function dayNumber({ year, month, day }: Wall): number {
  return Date.UTC(year, month - 1, day) / dayMs;
}

/** The moment at which the clock on the wall of a zone shows so many minutes of a day; the hour that a clock skips is the one after. */
export function moment(day: number, minutes: number, zone: string): Date {
  const wanted = day * dayMs + minutes * 60_000;
  const shown = (at: number) => {
    const clock = wall(new Date(at), zone);
    return dayNumber(clock) * dayMs + clock.minutes * 60_000;
  };
  const ahead = (at: number) => shown(at) - at;
  const at = wanted - ahead(wanted - ahead(wanted));
  return new Date(shown(at) === wanted ? at : wanted - ahead(wanted - dayMs));
}

/** A day number as an input of the type date has it. */
export const dateText = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10);

/** The day number of such a text; NaN when it is none. */
export const dayOfText = (text: string) => Date.parse(`${text}T00:00:00Z`) / dayMs;

/** Minutes since midnight as an input of the type time has them. */
export const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

/** The minutes since midnight of such a text; NaN when it is none. */
export function minutesOf(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? Number.NaN) * 60 + (minutes ?? Number.NaN);
}

/** The days that an event of whole days covers, as day numbers: the end is the first day after it. */
export function wholeDays({ start, end, zone }: CalendarEvent): { first: number; last: number } {
  return { first: dayNumber(wall(start, zone)), last: dayNumber(wall(end, zone)) - 1 };
}

/** The Monday of the week that holds `at` in the zone, as a day number. */
export function mondayOf(at: Date, zone: string): number {
  const number = dayNumber(wall(at, zone));
  const weekday = (new Date(number * dayMs).getUTCDay() + 6) % 7;
  return number - weekday;
}

export interface Placed {
  event: CalendarEvent;
  /** Minutes since midnight. */
  from: number;
  to: number;
  lane: number;
  lanes: number;
}

const shortest = 30;

/** The events that touch a day, each with its lane beside the ones that it overlaps. */
export function placeDay(events: CalendarEvent[], day: number, zone: string): Placed[] {
  const placed = events.flatMap((event): Placed[] => {
    if (event.allDay) return [];
    const start = wall(event.start, zone);
    const end = wall(event.end, zone);
    const from = (dayNumber(start) - day) * 1440 + start.minutes;
    const to = (dayNumber(end) - day) * 1440 + end.minutes;
    if (to <= 0 || from >= 1440) return [];
    const top = Math.max(0, from);
    return [{ event, from: top, to: Math.min(1440, Math.max(to, top + shortest)), lane: 0, lanes: 1 }];
  });
  placed.sort((a, b) => a.from - b.from || b.to - a.to);
  let cluster: Placed[] = [];
  let clusterEnd = -1;
  for (const one of placed) {
    if (one.from >= clusterEnd) cluster = [];
    const taken = new Set(cluster.filter((other) => other.to > one.from).map((other) => other.lane));
    while (taken.has(one.lane)) one.lane += 1;
    cluster.push(one);
    clusterEnd = Math.max(clusterEnd, one.to, ...cluster.map((other) => other.to));
    const lanes = Math.max(...cluster.map((other) => other.lane)) + 1;
    for (const other of cluster) other.lanes = lanes;
  }
  return placed;
}

/** The events that last for the whole of a day. */
export function allOf(events: CalendarEvent[], day: number): CalendarEvent[] {
  return events.filter((event) => {
    if (!event.allDay) return false;
    const { first, last } = wholeDays(event);
    return first <= day && day <= last;
  });
}
