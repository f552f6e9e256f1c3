// Who is free when: a strip for each person and room, times that suit all, and what of one's own overlaps.

import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { CalendarClockRegular, PersonSwapRegular } from "@fluentui/react-icons";
import { type ReactElement, useEffect, useRef, useState } from "react";
import { type Availability as Answer, type Guest, type Input, place as placeOf } from "../api";
import { type Session, useSession } from "../session";
import { Bar } from "../shell/feedback";
import { useSettled } from "../shell/useSettled";
import { moment, wallClock } from "../text/dates";
import type { Key } from "../text/text";
import { conversationOf, type PartProps } from "./parts";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  scroll: {
    overflow: "auto",
    maxHeight: "420px",
    paddingBottom: "4px",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "2px" },
  },
  table: { display: "grid", gap: "4px 8px", gridTemplateColumns: "minmax(80px, 140px) minmax(340px, 1fr)" },
  name: {
    overflow: "hidden",
    textOverflow: "ellipsis",
    whiteSpace: "nowrap",
    alignSelf: "center",
    fontSize: tokens.fontSizeBase200,
  },
  hours: {
    display: "grid",
    gridAutoFlow: "column",
    gridAutoColumns: "minmax(0, 1fr)",
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase100,
    lineHeight: tokens.lineHeightBase100,
    whiteSpace: "nowrap",
    fontVariantNumeric: "tabular-nums",
  },
  cells: {
    position: "relative",
    display: "grid",
    gridAutoFlow: "column",
    gridAutoColumns: "minmax(0, 1fr)",
    height: "24px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    overflow: "hidden",
  },
  cell: {
    ":not(:first-child)": {
      borderInlineStartWidth: "1px",
      borderInlineStartStyle: "solid",
      borderInlineStartColor: tokens.colorNeutralStroke3,
    },
  },
  // Told apart by their pattern, not by colour alone.
  tentative: {
    backgroundImage: `repeating-linear-gradient(135deg, ${tokens.colorBrandBackground} 0 2px, transparent 2px 7px)`,
    "@media (forced-colors: active)": { background: "GrayText" },
  },
  busy: {
    background: tokens.colorBrandBackground,
    "@media (forced-colors: active)": { background: "Highlight", forcedColorAdjust: "none" },
  },
  away: {
    backgroundImage: `repeating-linear-gradient(0deg, ${tokens.colorNeutralForeground3} 0 2px, transparent 2px 5px)`,
    "@media (forced-colors: active)": { background: "Highlight", forcedColorAdjust: "none" },
  },
  chosen: {
    position: "absolute",
    insetBlock: 0,
    boxSizing: "border-box",
    outline: `2px solid ${tokens.colorNeutralForeground1}`,
    outlineOffset: "-2px",
    // A line of the ground's colour inside, so that it shows on what is busy, too.
    boxShadow: `inset 0 0 0 4px ${tokens.colorNeutralBackground1}`,
    borderRadius: tokens.borderRadiusSmall,
    // Forced colours drop the shadow.
    "@media (forced-colors: active)": {
      forcedColorAdjust: "none",
      outlineColor: "CanvasText",
      border: "4px solid Canvas",
    },
  },
  clash: { outlineColor: tokens.colorStatusDangerForeground1 },
  proposals: { display: "flex", gap: "8px", flexWrap: "wrap", alignItems: "center" },
  legend: { display: "flex", gap: "4px 14px", flexWrap: "wrap", color: tokens.colorNeutralForeground3 },
  key: { display: "inline-flex", gap: "6px", alignItems: "center" },
  swatch: {
    width: "14px",
    height: "14px",
    borderRadius: "3px",
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    boxSizing: "border-box",
  },
});

const half = 30 * 60_000;
const firstHour = 7;
const lastHour = 20;
/** Of so many hosts it is looked up whether they are free. */
const hostsMost = 10;

interface Asked {
  addresses: string[];
  from: string;
  to: string;
  zone: string;
  minutes: number;
  meeting?: string;
  members?: string[];
  series?: Partial<Input>;
  everyone?: boolean;
  conversation?: string;
  team?: string;
}

/** The working day of the meeting in its zone, or more where the meeting itself lies outside. */
function window(date: string, time: string, zone: string, minutes: number): [Date, Date] | undefined {
  const start = moment(date, time, zone);
  const first = moment(date, `${String(firstHour).padStart(2, "0")}:00`, zone);
  const last = moment(date, `${lastHour}:00`, zone);
  if (!start || !first || !last || minutes <= 0 || minutes > 12 * 60) return undefined;
  const end = start.getTime() + minutes * 60_000;
  const from =
    first.getTime() - Math.max(0, Math.ceil((first.getTime() - start.getTime()) / (2 * half))) * 2 * half;
  const to = last.getTime() + Math.max(0, Math.ceil((end - last.getTime()) / (2 * half))) * 2 * half;
  return [new Date(from), new Date(to)];
}

export function Availability({ form, input, set, own, scope }: PartProps) {
  const styles = useStyles();
  const { t, dates, teams } = useSession();
  const here = conversationOf(form, teams);
  const guests = [...input.invitees, ...input.rooms];
  const minutes = Number(input.duration) || 0;
  const span = window(input.date, input.time, input.zone, minutes);
  const alone: Asked | undefined = span && {
    addresses: guests.map(({ address }) => address).filter((address) => address.includes("@")),
    from: span[0].toISOString(),
    to: span[1].toISOString(),
    zone: input.zone,
    minutes,
    ...(own ? { meeting: own } : {}),
    ...(input.members ? { members: input.members.map(({ id }) => id) } : {}),
  };
  const asked: Asked | undefined = alone && {
    ...alone,
    ...(input.repeat && scope !== "occurrence" ? { series: times(input) } : {}),
    ...(here && scope === undefined && input.who !== "chosen" ? { everyone: true, ...placeOf(here) } : {}),
  };
  const { answer, failed } = useAvailability(asked);
  const start = moment(input.date, input.time, input.zone);
  const overlaps =
    answer && start
      ? answer.overlaps.filter(
          (entry) =>
            Date.parse(entry.start) < start.getTime() + minutes * 60_000 &&
            Date.parse(entry.end) > start.getTime(),
        )
      : [];
  // Of a new meeting alone it can be said who hosts it.
  const hosts = overlaps.length > 0 && !own && !scope && !input.for ? form.hosts.slice(0, hostsMost) : [];
  const { answer: theirs } = useAvailability(
    alone && hosts.length > 0 ? { ...alone, addresses: hosts.map(({ address }) => address) } : undefined,
  );
  if (failed && asked) return <Bar>{t("tab.availability_failed")}</Bar>;
  if (!answer || !span || !start) return null;
  const instead = hosts.filter(({ address }) =>
    theirs?.people.some(
      (one) =>
        one.address.toLowerCase() === address.toLowerCase() &&
        !/[123]/.test(during(one.view, span[0], start, minutes)),
    ),
  );
  const use = (at: string) => {
    const [date = "", time = ""] = wallClock(new Date(at), input.zone).split("T");
    set({ date, time });
  };
  const others = answer.proposals.filter((span) => new Date(span.start).getTime() !== start.getTime());
  const unseen = answer.unseen + guests.filter(({ address }) => !address.includes("@")).length;
  const everybody = answer.everybody && unseen === 0;
  return (
    <div className={styles.root}>
      {answer.notes.map((note) => (
        <Bar key={note}>{note}</Bar>
      ))}
      {overlaps.map(({ topic, start, end }) => (
        <Bar key={`${topic} ${start}`} intent="warning">
          {t("tab.overlap", { Topic: topic, Time: dates.span(start, end, input.zone) })}
        </Bar>
      ))}
      {instead.length > 0 && (
        <Offers
          label={t("tab.for_free_hint")}
          icon={<PersonSwapRegular />}
          offers={instead.map(({ name, address }) => ({
            text: t("tab.for_free", { Name: name || address }),
            take: () => set({ for: address }),
          }))}
        />
      )}
      {answer.clashes.length > 0 && (
        <Bar intent="warning">
          {t("tab.clashes", {
            Count: answer.clashes.length,
            What: whatClashes(answer, input.zone, { t, dates }),
          })}
        </Bar>
      )}
      {answer.checked > 1 && (
        <Text size={200} className={styles.legend}>
          {t("tab.series_checked", { Count: answer.checked })}
        </Text>
      )}
      {input.for && (
        <Text size={200} className={styles.legend}>
          {t("tab.own_checked", {
            Host: form.hosts.find(({ address }) => address === input.for)?.name ?? input.for,
          })}
        </Text>
      )}
      {answer.people.length > 0 && (
        <Strips
          guests={guests}
          answer={answer}
          everybody={everybody}
          span={span}
          start={start}
          minutes={minutes}
          zone={input.zone}
        />
      )}
      {unseen > 0 && answer.notes.length === 0 && (
        <Text size={200} className={styles.legend}>
          {t("tab.unseen", { Count: unseen })}
        </Text>
      )}
      {others.length > 0 && (answer.people.length > 0 || overlaps.length > 0) && (
        <Offers
          label={t(everybody ? "tab.proposals" : "tab.proposals_seen")}
          icon={<CalendarClockRegular />}
          offers={others.slice(0, 5).map(({ start }) => ({
            text: dates.moment(start, input.zone),
            take: () => use(start),
          }))}
        />
      )}
    </div>
  );
}

interface OffersProps {
  label: string;
  icon: ReactElement;
  offers: { text: string; take(): void }[];
}

/** What could be chosen instead, a button each. */
function Offers({ label, icon, offers }: OffersProps) {
  const styles = useStyles();
  return (
    <div className={styles.proposals}>
      <Text size={200}>{label}</Text>
      {offers.map(({ text, take }) => (
        <Button key={text} size="small" shape="circular" icon={icon} onClick={take}>
          {text}
        </Button>
      ))}
    </div>
  );
}

/** "“Lunch” (Thu 12 March, 12:00)", of the first few. */
function whatClashes({ clashes }: Answer, zone: string, { t, dates }: Pick<Session, "t" | "dates">): string {
  const most = 3;
  const named = clashes
    .slice(0, most)
    .map(({ topic, start }) => t("tab.clash", { Topic: topic, Time: dates.moment(start, zone) }));
  const more = clashes.length - named.length;
  return dates.list(more > 0 ? [...named, t("tab.clashes_more", { Count: more })] : named);
}

/** When a series takes place. */
function times(input: Input): Partial<Input> {
  return Object.fromEntries(timing.map((field) => [field, input[field]]));
}

const timing =
  "date time duration zone repeat interval weekdays month_day week weekday ends times until".split(
    " ",
  ) as (keyof Input)[];

/** Asks a moment after the last change; what was answered before stays while it is about the same day. */
function useAvailability(asked: Asked | undefined): { answer?: Answer | undefined; failed: boolean } {
  const { api } = useSession();
  const [answer, setAnswer] = useState<{ to: Asked; is: Answer | undefined }>();
  const key = useSettled(asked ? JSON.stringify(asked) : "", 400);
  const call = useRef(api.availability);
  call.current = api.availability;
  useEffect(() => {
    if (!key) return;
    const to = JSON.parse(key) as Asked;
    const ended = new AbortController();
    call.current(to, ended.signal).then(
      (is) => setAnswer({ to, is }),
      () => !ended.signal.aborted && setAnswer({ to, is: undefined }),
    );
    return () => ended.abort();
  }, [key]);
  const told = answer && asked && answer.to.from === asked.from ? answer : undefined;
  return { answer: told?.is, failed: told !== undefined && told.is === undefined };
}

interface StripsProps {
  guests: Guest[];
  answer: Answer;
  everybody: boolean;
  span: [Date, Date];
  start: Date;
  minutes: number;
  zone: string;
}

function Strips({ guests, answer, everybody, span, start, minutes, zone }: StripsProps) {
  const styles = useStyles();
  const session = useSession();
  const { t, dates } = session;
  const [from, to] = span;
  const length = to.getTime() - from.getTime();
  const at = {
    insetInlineStart: `${((start.getTime() - from.getTime()) / length) * 100}%`,
    width: `${((minutes * 60_000) / length) * 100}%`,
  };
  const hours = Array.from(
    { length: Math.round(length / (2 * half)) },
    (_, n) => new Date(from.getTime() + n * 2 * half),
  );
  const row = (name: string, address: string, view: string) => {
    const meant = during(view, from, start, minutes);
    const clash = /[23]/.test(meant);
    return { name, address, view, clash, perhaps: !clash && meant.includes("1") };
  };
  const invited = answer.people.map(({ name, address, view }) =>
    row(
      guests.find((guest) => guest.address.toLowerCase() === address.toLowerCase())?.name || name || address,
      address,
      view,
    ),
  );
  const rows = [row(t("tab.you"), "", ownView(answer.overlaps, from, to)), ...invited];
  const names = (which: typeof rows) => dates.list(which.map(({ name }) => name));
  const taken = invited.filter(({ clash }) => clash);
  const unsure = invited.filter(({ perhaps }) => perhaps);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section className={styles.scroll} tabIndex={0} aria-label={t("tab.availability")}>
        <div className={styles.table}>
          <span />
          <div className={styles.hours} aria-hidden>
            {hours.map((hour) => (
              <span key={hour.getTime()}>{wallClock(hour, zone).slice(11, 13)}</span>
            ))}
          </div>
          {rows.map(({ name, address, view, clash }) => (
            <Row key={address} name={name} label={said(name, view, from, zone, session)}>
              {[...view].map((state, n) => (
                <span
                  // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place.
                  key={n}
                  className={mergeClasses(
                    styles.cell,
                    state === "1" && styles.tentative,
                    state === "2" && styles.busy,
                    state === "3" && styles.away,
                  )}
                />
              ))}
              <span className={mergeClasses(styles.chosen, clash && styles.clash)} style={at} />
            </Row>
          ))}
        </div>
      </section>
      <Text size={200} className={styles.legend}>
        <LegendKey className={styles.busy} text="tab.state_busy" />
        <LegendKey className={styles.tentative} text="tab.state_tentative" />
        <LegendKey className={styles.away} text="tab.state_away" />
        {taken.length > 0 && <span>{t("tab.not_all_free", { Names: names(taken) })}</span>}
        {unsure.length > 0 && <span>{t("tab.perhaps_free", { Names: names(unsure) })}</span>}
        {taken.length + unsure.length === 0 && <span>{t(everybody ? "tab.all_free" : "tab.seen_free")}</span>}
      </Text>
    </>
  );
}

function LegendKey({ className, text }: { className: string | undefined; text: Key }) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <span className={styles.key}>
      <span className={mergeClasses(styles.swatch, className)} aria-hidden />
      {t(text)}
    </span>
  );
}

function Row({ name, label, children }: { name: string; label: string; children: React.ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <span className={styles.name} title={name} aria-hidden>
        {name}
      </span>
      <div className={styles.cells} role="img" aria-label={label}>
        {children}
      </div>
    </>
  );
}

/** The half hours that the meeting touches. */
function during(view: string, from: Date, start: Date, minutes: number): string {
  const first = Math.floor((start.getTime() - from.getTime()) / half);
  const after = Math.ceil((start.getTime() + minutes * 60_000 - from.getTime()) / half);
  return view.slice(first, after);
}

/** The half hours of one's own calendar, as those of others are told. */
function ownView(entries: Answer["overlaps"], from: Date, to: Date): string {
  const halves = Math.ceil((to.getTime() - from.getTime()) / half);
  return Array.from({ length: halves }, (_, n) => {
    const begins = from.getTime() + n * half;
    const taken = entries.some(
      ({ start, end }) => Date.parse(start) < begins + half && Date.parse(end) > begins,
    );
    return taken ? "2" : "0";
  }).join("");
}

/** "Ben: busy 10:00 – 11:00, 14:00 – 14:30." */
export function said(
  name: string,
  view: string,
  from: Date,
  zone: string,
  { t, dates }: Pick<Session, "t" | "dates">,
): string {
  const times = (states: RegExp) =>
    [...view.matchAll(states)].map((run) =>
      dates.span(
        new Date(from.getTime() + run.index * half),
        new Date(from.getTime() + (run.index + run[0].length) * half),
        zone,
      ),
    );
  const sentences = [
    ["tab.said_busy", times(/[23]+/g)],
    ["tab.said_perhaps", times(/1+/g)],
  ] as const;
  return (
    sentences
      .filter(([, spans]) => spans.length > 0)
      .map(([key, spans]) => t(key, { Name: name, Times: dates.list(spans) }))
      .join(". ") || t("tab.said_free", { Name: name })
  );
}
