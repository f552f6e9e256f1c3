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
