import { describe, expect, it } from "vitest";
import { addDays, beginOf, Dates, dayOf, daysBetween, moment, wallClock } from "./dates";

const now = new Date("2026-03-04T09:40:00Z");

describe("dates as people write them", () => {
  it("has the clock of the region", () => {
    expect(new Dates("en-GB", "UTC").time("2026-03-04T09:05:00Z")).toBe("09:05");
    expect(new Dates("en-US", "UTC").time("2026-03-04T09:05:00Z")).toMatch(/^9:05.AM$/);
    expect(new Dates("fr", "Europe/Paris").time("2026-03-04T09:05:00Z")).toBe("10:05");
  });

  it("names days, with the year when it is another", () => {
    const dates = new Dates("en-GB", "UTC");
    expect(dates.day("2026-03-04T09:05:00Z", now)).toBe("Wednesday 4 March");
    expect(dates.day("2027-03-04T09:05:00Z", now)).toContain("2027");
    expect(dates.calendarDay("2026-06-24")).toBe("24 June 2026");
    expect([0, 1, 6].map((day) => dates.weekday(day))).toEqual(["Sunday", "Monday", "Saturday"]);
  });

  it("tells how far something is", () => {
    const dates = new Dates("en", "UTC");
    expect(dates.relative("2026-03-04T09:52:00Z", now)).toBe("in 12 minutes");
    expect(dates.relative("2026-03-04T07:40:00Z", now)).toBe("2 hours ago");
    expect(dates.relative("2026-03-05T23:00:00Z", now)).toBe("tomorrow");
    expect(dates.soon("2026-03-04T17:14:00Z", now)).toMatch(/^5:14.PM$/);
    expect(dates.soon("2026-03-05T01:00:00Z", now)).toContain("Mar 5");
    expect(dates.length(90)).toBe("1 hr 30 min");
    expect(dates.length(0)).toBe("0 min");
  });

  it("names zones as the product does, also those that a browser does not know", () => {
    const dates = new Dates("en-GB", "UTC");
    expect(dates.zoneName("America/New_York", now)).toBe("America/New York (UTC-5)");
    expect(new Dates("fr", "UTC").zoneName("Europe/London", now)).toBe("Europe/London (UTC)");
    expect(dates.zoneName("Asia/Kolkata", now)).toBe("Asia/Kolkata (UTC+5:30)");
    expect(dates.zoneName("UTC", now)).toBe("UTC");
    expect(dates.time(now, "Moon/Crater")).toBe("09:40");
  });
});

describe("clocks and moments", () => {
  it("go both ways, across a change of the clocks", () => {
    expect(wallClock(now, "Europe/Paris")).toBe("2026-03-04T10:40");
    expect(dayOf("2026-03-04T23:30:00Z", "Asia/Tokyo")).toBe("2026-03-05");
    for (const [time, at] of [
      ["2026-03-29 01:59", "2026-03-29T00:59:00.000Z"],
      ["2026-03-29 03:00", "2026-03-29T01:00:00.000Z"],
    ] as const) {
      const [date = "", clock = ""] = time.split(" ");
      expect(moment(date, clock, "Europe/Paris")?.toISOString()).toBe(at);
    }
  });

  it("have no moment for what no clock shows", () => {
    expect(moment("2026-03-29", "02:30", "Europe/Paris")).toBeUndefined();
    expect(moment("2026-02-30", "10:00", "UTC")).toBeUndefined();
    expect(moment("", "", "UTC")).toBeUndefined();
  });

  it("begin days at midnight, or later where the clocks go forward then", () => {
    expect(beginOf("2026-03-04", "Asia/Tokyo").toISOString()).toBe("2026-03-03T15:00:00.000Z");
    expect(beginOf("2026-09-06", "America/Santiago").toISOString()).toBe("2026-09-06T04:00:00.000Z");
    expect(beginOf("2026-04-24", "Africa/Cairo").toISOString()).toBe("2026-04-23T22:00:00.000Z");
    expect([addDays("2026-03-01", -1), addDays("2026-12-31", 1)]).toEqual(["2026-02-28", "2027-01-01"]);
  });

  it("count days of the calendar, not hours", () => {
    expect(daysBetween(new Date("2026-03-04T23:59:00Z"), new Date("2026-03-05T00:01:00Z"), "UTC")).toBe(1);
  });
});
