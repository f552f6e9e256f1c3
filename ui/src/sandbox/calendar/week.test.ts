import { expect, it } from "vitest";
import type { CalendarEvent } from "../api";
import { allOf, dayMs, dayNumber, moment, mondayOf, placeDay, wall } from "./week";

const event = (id: string, start: string, end: string): CalendarEvent => ({
  id,
  subject: id,
  start,
  end,
  zone: "UTC",
  allDay: false,
  private: false,
  mine: true,
  response: "organizer",
  organizer: { name: "", address: "" },
  attendees: [],
  isTeams: false,
});
const day = Date.UTC(2026, 2, 4) / dayMs;
const lanes = (events: CalendarEvent[]) =>
  placeDay(events, day, "UTC").map(({ event: { id }, lane, lanes }) => `${id} ${lane}/${lanes}`);

it("reads the wall clock of a zone", () => {
  expect(wall("2026-03-04T23:30:00Z", "Asia/Tokyo")).toEqual({ year: 2026, month: 3, day: 5, minutes: 510 });
  expect(wall("2026-03-04T00:05:00Z", "UTC")).toEqual({ year: 2026, month: 3, day: 4, minutes: 5 });
});

it("starts weeks on Monday, in the person's zone", () => {
  expect(new Date(mondayOf(new Date("2026-03-04T12:00:00Z"), "UTC") * dayMs).toISOString()).toContain(
    "2026-03-02",
  );
  expect(new Date(mondayOf(new Date("2026-03-08T23:30:00Z"), "UTC") * dayMs).toISOString()).toContain(
    "2026-03-02",
  );
  expect(new Date(mondayOf(new Date("2026-03-08T23:30:00Z"), "Asia/Tokyo") * dayMs).toISOString()).toContain(
    "2026-03-09",
  );
  expect(dayNumber({ year: 1970, month: 1, day: 2, minutes: 0 })).toBe(1);
});

it("gives events that overlap a lane each", () => {
  expect(
    lanes([
      event("a", "2026-03-04T10:00:00Z", "2026-03-04T11:00:00Z"),
      event("b", "2026-03-04T10:30:00Z", "2026-03-04T11:30:00Z"),
      event("c", "2026-03-04T11:00:00Z", "2026-03-04T12:00:00Z"),
      event("d", "2026-03-04T14:00:00Z", "2026-03-04T15:00:00Z"),
    ]),
  ).toEqual(["a 0/2", "b 1/2", "c 0/2", "d 0/1"]);
});

it("shows a short event for half an hour, and a long one on each of its days", () => {
  const [short] = placeDay([event("s", "2026-03-04T10:00:00Z", "2026-03-04T10:05:00Z")], day, "UTC");
  expect([short?.from, short?.to]).toEqual([600, 630]);
  const night = event("n", "2026-03-03T23:00:00Z", "2026-03-04T01:00:00Z");
  expect(placeDay([night], day, "UTC").map(({ from, to }) => [from, to])).toEqual([[0, 60]]);
  expect(placeDay([night], day - 1, "UTC").map(({ from, to }) => [from, to])).toEqual([[1380, 1440]]);
  expect(placeDay([night], day + 1, "UTC")).toEqual([]);
});

it("finds the moment that a clock on the wall shows", () => {
  expect(moment(day, 600, "Asia/Tokyo").toISOString()).toBe("2026-03-04T01:00:00.000Z");
  const summer = Date.UTC(2026, 2, 29) / dayMs;
  expect(moment(summer, 12 * 60, "Europe/Paris").toISOString()).toBe("2026-03-29T10:00:00.000Z");
  expect(moment(summer - 1, 12 * 60, "Europe/Paris").toISOString()).toBe("2026-03-28T11:00:00.000Z");
  expect(wall(moment(summer, 150, "Europe/Paris"), "Europe/Paris").minutes).toBe(210);
  const santiago = Date.UTC(2026, 8, 6) / dayMs;
  expect(moment(santiago, 30, "America/Santiago").toISOString()).toBe("2026-09-06T04:30:00.000Z");
  expect(moment(santiago - 1, 30, "America/Santiago").toISOString()).toBe("2026-09-05T04:30:00.000Z");
});

it("keeps events of whole days apart, on their own days wherever one looks from", () => {
  const fair = {
    ...event("f", "2026-03-04T00:00:00Z", "2026-03-06T00:00:00Z"),
    allDay: true,
  };
  expect([-1, 0, 1, 2].map((after) => allOf([fair], day + after).length)).toEqual([0, 1, 1, 0]);
  expect(placeDay([fair], day, "Asia/Tokyo")).toEqual([]);
});
