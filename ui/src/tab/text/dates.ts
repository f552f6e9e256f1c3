// Dates and times as people write them, by Intl, in the reader's zone unless another is named.

export const readerZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export class Dates {
  private readonly formats = new Map<string, Intl.DateTimeFormat>();
  /** "09:05" where the day has 24 hours, "9:05 AM" where it has twice twelve. */
  private readonly clock: Intl.DateTimeFormatOptions;

  constructor(
    readonly locale: string,
    readonly zone: string = readerZone(),
  ) {
    const { hour12 } = new Intl.DateTimeFormat(locale, { hour: "numeric" }).resolvedOptions();
    this.clock = { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit" };
  }

  /** "14:30" or "2:30 PM". */
  time = (at: Date | string, zone?: string) => this.format(at, this.clock, zone);

  /** "Tuesday, 4 March", with the year when it is not this one. */
  day = (at: Date | string, now: Date, zone = this.zone) => {
    const year = (one: Date | string) => dayOf(one, zone).slice(0, 4);
    return this.format(
      at,
      {
        weekday: "long",
        day: "numeric",
        month: "long",
        ...(year(at) === year(now) ? {} : { year: "numeric" }),
      },
      zone,
    );
  };

  /** "4 March 2026" for a calendar day "2026-03-04". */
  calendarDay = (date: string) =>
    this.format(`${date}T12:00:00Z`, { day: "numeric", month: "long", year: "numeric" }, "UTC");

  /** "10:00 – 11:30". */
  span = (from: Date | string, to: Date | string, zone?: string) =>
    this.formatter(this.clock, zone).formatRange(new Date(from), new Date(to));

  /** "Tue 4 Mar, 10:00". */
  moment = (at: Date | string, zone?: string) =>
    this.format(at, { weekday: "short", day: "numeric", month: "short", ...this.clock }, zone);

  /** "1 hr 30 min". */
  length = (minutes: number) => {
    const hours = Math.floor(minutes / 60);
    const unit = (value: number, name: "hour" | "minute") =>
      new Intl.NumberFormat(this.locale, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
    return [
      ...(hours > 0 ? [unit(hours, "hour")] : []),
      ...(minutes % 60 > 0 || hours === 0 ? [unit(minutes % 60, "minute")] : []),
    ].join(" ");
  };

  /** "in 5 minutes", "2 hours ago", "tomorrow". */
  relative = (at: Date | string, now: Date) => {
    const distance = new Date(at).getTime() - now.getTime();
    const relative = new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" });
    const far = Math.abs(distance);
    if (far < hour) return relative.format(Math.round(distance / minute), "minute");
    if (far < day) return relative.format(Math.round(distance / hour), "hour");
    return relative.format(daysBetween(now, new Date(at), this.zone), "day");
  };

  /** "17:14" today, "Tue 4 Mar, 17:14" on another day. */
  soon = (at: Date | string, now: Date) =>
    daysBetween(now, new Date(at), this.zone) === 0 ? this.time(at) : this.moment(at);

  /** As the product writes zones: "America/New York (UTC-5)". */
  zoneName = (zone: string, at: Date = new Date()) => {
    const offset = new Intl.DateTimeFormat("en", { timeZone: known(zone), timeZoneName: "shortOffset" })
      .formatToParts(at)
      .find(({ type }) => type === "timeZoneName")
      ?.value.replace("GMT", "UTC")
      .replace("+0", "");
    return offset === zone ? zone : `${zone.replace(/_/g, " ")} (${offset})`;
  };

  /** "Sunday" to "Saturday" for 0 to 6. */
  weekday = (n: number, width: "long" | "short" | "narrow" = "long") =>
    this.format(new Date(Date.UTC(2026, 1, 1 + n)), { weekday: width }, "UTC");

  list = (items: string[]) => new Intl.ListFormat(this.locale, { type: "conjunction" }).format(items);

  private format(at: Date | string, options: Intl.DateTimeFormatOptions, zone?: string): string {
    return this.formatter(options, zone).format(new Date(at));
  }

  private formatter(options: Intl.DateTimeFormatOptions, zone = this.zone): Intl.DateTimeFormat {
    const key = JSON.stringify([options, zone]);
    let format = this.formats.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.locale, { ...options, timeZone: known(zone) });
      this.formats.set(key, format);
    }
    return format;
  }
}

/** A zone that this browser does not know is shown as UTC rather than not at all. */
function known(zone: string): string {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}

/** "2026-03-04": the day of a moment in a zone. */
export function dayOf(at: Date | string, zone: string): string {
  return wallClock(new Date(at), zone).slice(0, 10);
}

/** "2026-03-04T10:00": what clocks in a zone show at a moment. */
export function wallClock(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: known(zone),
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const of = (name: string) => parts.find(({ type }) => type === name)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}T${of("hour")}:${of("minute")}`;
}

/** The moment at which clocks in a zone show this date and time; undefined for what is none, or does not exist there. */
export function moment(date: string, time: string, zone: string): Date | undefined {
  const wanted = `${date}T${time.padStart(5, "0")}`;
  const guess = Date.parse(`${wanted}Z`);
  if (Number.isNaN(guess)) return undefined;
  // Two rounds: the distance from UTC at the guess may differ from that at the moment itself.
  const at = guess - fromUTC(guess - fromUTC(guess, zone), zone);
  return wallClock(new Date(at), zone) === wanted ? new Date(at) : undefined;
}

/** The moment at which a day begins in a zone: at midnight, or later where the clocks go forward then. */
export function beginOf(date: string, zone: string): Date {
  const midnight = Date.parse(`${date}T00:00Z`);
  return moment(date, "00:00", zone) ?? new Date(midnight - fromUTC(midnight - day, zone));
}

/** "2026-03-04" so many days later, or before. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * day).toISOString().slice(0, 10);
}

/** How far the clocks of a zone are ahead of UTC. */
function fromUTC(at: number, zone: string): number {
  return Date.parse(`${wallClock(new Date(at), zone)}Z`) - at;
}

/** How many days further a moment is in the calendar of a zone. */
export function daysBetween(from: Date, to: Date, zone: string): number {
  return Math.round((Date.parse(dayOf(to, zone)) - Date.parse(dayOf(from, zone))) / day);
}
