// How a meeting repeats, with a sentence that says what the fields mean.

import {
  Field,
  Input,
  makeStyles,
  Radio,
  RadioGroup,
  Select,
  Text,
  ToggleButton,
  tokens,
} from "@fluentui/react-components";
import { ArrowRepeatAllRegular } from "@fluentui/react-icons";
import type { Input as Typed } from "../api";
import { type Session, useSession } from "../session";
import { type PartProps, wrong } from "./parts";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "16px" },
  row: {
    display: "grid",
    gap: "16px 12px",
    // As wide as the longest choice, which a phone has no room for twice.
    gridTemplateColumns: "repeat(auto-fit, minmax(min(190px, 100%), 1fr))",
    alignItems: "start",
    "& > *": { minWidth: 0 },
    "& select": { width: "100%", textOverflow: "ellipsis" },
  },
  inside: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    gap: "16px",
    paddingInlineStart: "16px",
    borderInlineStartWidth: "2px",
    borderInlineStartStyle: "solid",
    borderInlineStartColor: tokens.colorNeutralStroke2,
  },
  // A week stays in one line, on a phone too.
  days: {
    display: "grid",
    gridTemplateColumns: "repeat(7, minmax(0, 1fr))",
    gap: "4px",
    maxWidth: "400px",
  },
  day: { minWidth: 0, paddingInline: 0 },
  wide: { minWidth: 0, width: "100%" },
  sentence: { display: "flex", gap: "8px", alignItems: "center", color: tokens.colorBrandForeground1 },
  icon: { fontSize: "18px", flex: "none" },
});

export function RepeatFields({ form, input, set, errors }: PartProps) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <div className={styles.root}>
      <Field label={t("tab.repeat")} {...wrong(errors.repeat)}>
        <Select value={input.repeat} onChange={(_, { value }) => set(begin(input, value as Typed["repeat"]))}>
          <option value="">{t("tab.repeat_none")}</option>
          <option value="daily">{t("tab.repeat_daily")}</option>
          <option value="weekly">{t("tab.repeat_weekly")}</option>
          <option value="monthly">{t("tab.repeat_monthly")}</option>
        </Select>
      </Field>
      {input.repeat && (
        <div className={styles.inside}>
          <div className={styles.row}>
            <Field label={t(`tab.interval_${input.repeat}`)} {...wrong(errors.interval)}>
              <Input
                className={styles.wide}
                type="number"
                min={1}
                max={{ daily: 99, weekly: 50, monthly: 10 }[input.repeat]}
                value={input.interval}
                onChange={(_, { value }) => set({ interval: value })}
              />
            </Field>
            <Ending form={form} input={input} set={set} errors={errors} />
          </div>
          {input.repeat === "weekly" && <Weekdays input={input} set={set} errors={errors} />}
          {input.repeat === "monthly" && <InMonth input={input} set={set} errors={errors} />}
          <RepeatSentence input={input} />
        </div>
      )}
    </div>
  );
}

const dayOfWeek = (date: string) => String(new Date(`${date}T12:00:00Z`).getUTCDay() || 0);
const dayOfMonth = (date: string) => String(Number(date.slice(8, 10)) || 1);

/** A pattern begins with what the date says. */
function begin(input: Typed, repeat: Typed["repeat"]): Partial<Typed> {
  return {
    repeat,
    interval: input.interval || "1",
    ends: input.ends || "times",
    times: input.times || "10",
    ...(repeat === "weekly" && !input.weekdays ? { weekdays: dayOfWeek(input.date) } : {}),
    ...(repeat === "monthly" && !input.month_day && !input.week ? { month_day: dayOfMonth(input.date) } : {}),
  };
}

function Ending({ form, input, set, errors }: Pick<PartProps, "form" | "input" | "set" | "errors">) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <>
      <Field label={t("tab.ends")} {...wrong(errors.ends)}>
        <Select value={input.ends} onChange={(_, { value }) => set({ ends: value as Typed["ends"] })}>
          <option value="times">{t("tab.ends_times")}</option>
          <option value="until">{t("tab.ends_until")}</option>
        </Select>
      </Field>
      {input.ends === "until" ? (
        <Field label={t("tab.until")} {...wrong(errors.until)}>
          <Input
            className={styles.wide}
            type="date"
            min={input.date}
            value={input.until}
            onChange={(_, { value }) => set({ until: value })}
          />
        </Field>
      ) : (
        <Field
          label={t("tab.times")}
          hint={t("tab.times_most", { Count: form.recurrenceMost })}
          {...wrong(errors.times)}
        >
          <Input
            className={styles.wide}
            type="number"
            min={1}
            max={form.recurrenceMost}
            value={input.times}
            onChange={(_, { value }) => set({ times: value })}
          />
        </Field>
      )}
    </>
  );
}

const week = [1, 2, 3, 4, 5, 6, 0];
const chosenDays = (weekdays: string) => weekdays.split(",").filter(Boolean).map(Number);

function Weekdays({ input, set, errors }: Pick<PartProps, "input" | "set" | "errors">) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const chosen = chosenDays(input.weekdays);
  const toggle = (day: number) => {
    const days = chosen.includes(day) ? chosen.filter((other) => other !== day) : [...chosen, day];
    set({ weekdays: days.sort((a, b) => a - b).join(",") });
  };
  return (
    <Field label={t("tab.weekdays")} {...wrong(errors.weekdays)}>
      {/* biome-ignore lint/a11y/useSemanticElements: the field around it is its legend. */}
      <div className={styles.days} role="group" aria-label={t("tab.weekdays")}>
        {week.map((day) => (
          <ToggleButton
            key={day}
            className={styles.day}
            checked={chosen.includes(day)}
            appearance={chosen.includes(day) ? "primary" : "outline"}
            onClick={() => toggle(day)}
          >
            {dates.weekday(day, "short")}
          </ToggleButton>
        ))}
      </div>
    </Field>
  );
}

const weeks = ["1", "2", "3", "4", "-1"] as const;

function InMonth({ input, set, errors }: Pick<PartProps, "input" | "set" | "errors">) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const byWeek = input.week !== "";
  const choose = (way: string) =>
    way === "week"
      ? set({ week: nth(input.date), weekday: dayOfWeek(input.date), month_day: "" })
      : set({ week: "", weekday: "", month_day: dayOfMonth(input.date) });
  return (
    <>
      <Field label={t("tab.in_month")}>
        <RadioGroup value={byWeek ? "week" : "day"} onChange={(_, { value }) => choose(value)}>
          <Radio value="day" label={t("tab.in_month_day")} />
          <Radio value="week" label={t("tab.in_month_week")} />
        </RadioGroup>
      </Field>
      <div className={styles.row}>
        {byWeek ? (
          <>
            <Field label={t("tab.week")} {...wrong(errors.week)}>
              <Select value={input.week} onChange={(_, { value }) => set({ week: value })}>
                {weeks.map((which) => (
                  <option key={which} value={which}>
                    {t(`tab.week_${which === "-1" ? "last" : which}`)}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label={t("tab.weekday")} {...wrong(errors.weekday)}>
              <Select value={input.weekday} onChange={(_, { value }) => set({ weekday: value })}>
                {week.map((day) => (
                  <option key={day} value={day}>
                    {dates.weekday(day)}
                  </option>
                ))}
              </Select>
            </Field>
          </>
        ) : (
          <Field label={t("tab.month_day")} {...wrong(errors.month_day)}>
            <Input
              className={styles.wide}
              type="number"
              min={1}
              max={31}
              value={input.month_day}
              onChange={(_, { value }) => set({ month_day: value })}
            />
          </Field>
        )}
      </div>
    </>
  );
}

/** Which of its kind a day is in its month: the fifth is the last. */
function nth(date: string): string {
  const which = Math.ceil((Number(date.slice(8, 10)) || 1) / 7);
  return which > 4 ? "-1" : String(which);
}

function RepeatSentence({ input }: { input: Typed }) {
  const styles = useStyles();
  const session = useSession();
  return (
    <Text className={styles.sentence} role="status">
      <ArrowRepeatAllRegular className={styles.icon} aria-hidden />
      {repeatSentence(input, session)}
    </Text>
  );
}

/** "Every 2 weeks on Monday and Wednesday, 10 times." */
export function repeatSentence(input: Typed, { t, dates }: Pick<Session, "t" | "dates">): string {
  const Count = Math.max(1, Number(input.interval) || 1);
  const ends =
    input.ends === "until"
      ? input.until
        ? t("tab.said_until", { Date: dates.calendarDay(input.until) })
        : ""
      : t("tab.said_times", { Count: Math.max(1, Number(input.times) || 1) });
  const what = () => {
    if (input.repeat === "daily") return t("tab.said_daily", { Count });
    if (input.repeat === "weekly") {
      const days = chosenDays(input.weekdays);
      const sorted = week.filter((day) => days.includes(day)).map((day) => dates.weekday(day));
      return sorted.length > 0
        ? t("tab.said_weekly", { Count, Days: dates.list(sorted) })
        : t("tab.said_no_day");
    }
    if (input.week) {
      const Week = t(`tab.week_${input.week === "-1" ? "last" : (input.week as "1" | "2" | "3" | "4")}`);
      return t("tab.said_monthly_week", {
        Count,
        Week: Week.toLowerCase(),
        Weekday: dates.weekday(Number(input.weekday)),
      });
    }
    return t("tab.said_monthly_day", { Count, Day: input.month_day });
  };
  return t("tab.said", { What: what(), Ends: ends });
}
