// When a meeting begins, how long it lasts, and in which zone that is meant.

import { Combobox, Field, Input, makeStyles, Option, Select, Text, tokens } from "@fluentui/react-components";
import { useMemo, useState } from "react";
import { useSession } from "../session";
import { moment } from "../text/dates";
import { type PartProps, wrong } from "./parts";

const useStyles = makeStyles({
  row: {
    display: "grid",
    gap: "16px 12px",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(150px, 100%), 1fr))",
    alignItems: "start",
    "& > *": { minWidth: 0 },
    "& select": { width: "100%", textOverflow: "ellipsis" },
  },
  wide: { minWidth: 0, width: "100%" },
  list: { maxHeight: "280px" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function WhenFields({ form, input, set, errors, scope }: PartProps) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <>
      <div className={styles.row}>
        <Field label={t("tab.date")} required {...wrong(errors.date)}>
          <Input
            className={styles.wide}
            type="date"
            value={input.date}
            onChange={(_, { value }) => set({ date: value })}
          />
        </Field>
        <Field label={t("tab.time")} required {...wrong(errors.time)}>
          <Input
            className={styles.wide}
            type="time"
            value={input.time}
            onChange={(_, { value }) => set({ time: value })}
          />
        </Field>
        <Duration form={form} input={input} set={set} errors={errors} />
      </div>
      {scope !== "occurrence" && <ZoneField form={form} input={input} set={set} errors={errors} />}
      <Ends input={input} />
    </>
  );
}

type DurationProps = Pick<PartProps, "form" | "input" | "set" | "errors">;
const other = "other";

function Duration({ form, input, set, errors }: DurationProps) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const offered = form.durations.some(({ value }) => String(value) === input.duration);
  const [typing, setTyping] = useState(false);
  if (typing) {
    return (
      <Field label={t("tab.duration_minutes")} required {...wrong(errors.duration)}>
        <Input
          className={styles.wide}
          type="number"
          min={1}
          max={1440}
          autoFocus
          value={input.duration}
          onChange={(_, { value }) => set({ duration: value })}
        />
      </Field>
    );
  }
  return (
    <Field label={t("tab.duration")} required {...wrong(errors.duration)}>
      <Select
        value={input.duration}
        onChange={(_, { value }) => (value === other ? setTyping(true) : set({ duration: value }))}
      >
        {!offered && <option value={input.duration}>{dates.length(Number(input.duration) || 0)}</option>}
        {form.durations.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
        <option value={other}>{t("tab.duration_other")}</option>
      </Select>
    </Field>
  );
}

/** A list of zones that what is typed makes shorter. */
function ZoneField({ form, input, set, errors }: DurationProps) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const chosen = form.zones.find(({ value }) => value === input.zone)?.label ?? dates.zoneName(input.zone);
  const [typed, setTyped] = useState<string>();
  const shown = useMemo(() => {
    const words = (typed ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    return form.zones.filter(({ value, label }) => {
      const text = `${value.replace(/_/g, " ")} ${label}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [form.zones, typed]);
  return (
    <Field label={t("tab.zone")} required {...wrong(errors.zone)}>
      <Combobox
        className={styles.wide}
        listbox={{ className: styles.list }}
        value={typed ?? chosen}
        selectedOptions={[input.zone]}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onOptionSelect={(_, { optionValue }) => {
          if (optionValue) set({ zone: optionValue });
          setTyped(undefined);
        }}
        onOpenChange={(_, { open }) => !open && setTyped(undefined)}
      >
        {shown.map(({ value, label }) => (
          <Option key={value} value={value} text={label}>
            {label}
          </Option>
        ))}
        {shown.length === 0 && (
          <Option disabled text="">
            {t("tab.nothing_found")}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}

/** When it ends; and what that is for the reader when the zone is another than his own. */
function Ends({ input }: Pick<PartProps, "input">) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const start = moment(input.date, input.time, input.zone);
  const minutes = Number(input.duration);
  if (!start || !minutes) return null;
  const end = new Date(start.getTime() + minutes * 60_000);
  const elsewhere = dates.moment(start) !== dates.moment(start, input.zone);
  return (
    <Text size={200} className={styles.quiet}>
      {t("tab.ends_at", { Time: dates.moment(end, input.zone) })}
      {elsewhere && ` · ${t("tab.for_you", { Time: dates.moment(start) })}`}
    </Text>
  );
}
