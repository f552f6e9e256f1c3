import { expect, it } from "vitest";
import type { Upcoming } from "../api";
import { meetings } from "../testing/seed";
import { ahead, byDay, next } from "./days";

const now = new Date("2026-03-04T09:40:00Z");
const at = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
const some = (key: string, from: number, to: number, more: Partial<Upcoming> = {}): Upcoming => ({
  ...(meetings[0] as Upcoming),
  key,
  start: at(from),
  end: at(to),
  ...more,
});
const keyOf = (list: Upcoming[]) => next(list, now)?.key;

it("finds the next meeting: the live one, else the one that has begun or begins first", () => {
  expect(keyOf([])).toBeUndefined();
  expect(keyOf([some("later", 60, 90), some("soon", 12, 30)].reverse())).toBe("soon");
  expect(keyOf([some("running", -20, 10), some("later", 60, 90)])).toBe("running");
  expect(keyOf([some("running", -20, 10), some("about", 5, 30)])).toBe("about");
  expect(keyOf([some("live", -20, 10, { live: true }), some("about", 5, 30)])).toBe("live");
  expect(keyOf([some("over", -60, -30), some("day", -600, 840, { allDay: true })])).toBeUndefined();
  expect(keyOf([some("overrun", -60, -30, { live: true })])).toBe("overrun");
});

it("leaves out what has ended, unless it is still being held", () => {
  expect(ahead(some("a", -60, -1), now)).toBe(false);
  expect(ahead(some("a", -60, -1, { live: true }), now)).toBe(true);
});

it("keeps what takes a whole day on the day of its own zone, whoever reads it", () => {
  const day = { start: "2026-03-10T08:00:00Z", end: "2026-03-11T07:00:00Z", allDay: true } as const;
  const there = some("there", 0, 0, { ...day, zone: "America/Los_Angeles" });
  for (const reader of ["Asia/Tokyo", "Europe/Paris", "Pacific/Honolulu"])
    expect(byDay([there], reader)[0]?.day).toBe("2026-03-10");
});

it("sorts by day and time, all-day first, no time last", () => {
  const days = byDay(meetings, "Europe/Paris");
  expect(days.map(({ day }) => day)).toEqual(["2026-03-04", "2026-03-05", "2026-03-09", "2026-03-10", ""]);
  const day = byDay([some("b", 10, 20), some("a", 30, 40, { allDay: true, zone: "UTC" })], "UTC");
  expect(day[0]?.meetings.map(({ key }) => key)).toEqual(["a", "b"]);
});
