// Makes a platform misbehave on one route, before or after the effect.

import { Button, Dropdown, Field, Input, makeStyles, Option, Text, tokens } from "@fluentui/react-components";
import { AddRegular, DeleteRegular, FlashRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { api, type Fault, paths } from "../api";
import { live, useResource } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { Empty } from "../shell/feedback";
import { useText } from "../text/text";
import { useTableStyles } from "./parts";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, overflowY: "auto", padding: "16px 20px" },
  form: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(150px, 1fr))",
    gap: "12px",
    alignItems: "end",
    maxWidth: "1000px",
  },
  wide: { gridColumn: "span 2" },
  narrow: { minWidth: 0 },
  list: {
    listStyle: "none",
    margin: "20px 0 0",
    padding: 0,
    display: "grid",
    gap: "8px",
    maxWidth: "1000px",
  },
  item: {
    display: "flex",
    alignItems: "center",
    gap: "10px",
    padding: "10px 14px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
    overflowWrap: "anywhere",
  },
  words: { flex: 1, minWidth: 0 },
});

const kinds = ["status500", "status429", "status403", "drop", "delay"] as const;
type Kind = (typeof kinds)[number];

const makers: Record<Kind, Partial<Fault>> = {
  status500: { status: 500 },
  status429: { status: 429 },
  status403: { status: 403 },
  drop: { drop: true },
  delay: { delay: "6s" },
};

const routes = [
  "POST /v2/users/me/meetings",
  "POST /oauth/token",
  "POST /graph/v1.0/me/events",
  "* /connector/v3/conversations/{id}/activities",
];

export function Faults() {
  const styles = useStyles();
  const { t } = useText();
  const outcomes = useOutcomes();
  const list = useResource<{ faults: Fault[] | null }>(paths.faults, ["faults"]).data?.faults ?? [];
  const change = (work: () => Promise<unknown>) =>
    void outcomes.run({}, async () => {
      await work();
      live.refresh(paths.faults);
      return { type: "closed" };
    });
  return (
    <div className={styles.page}>
      <NewFault onAdd={(fault) => change(() => api.putFault(fault))} />
      {list.length === 0 ? (
        <Empty compact icon={<FlashRegular />} title={t("dev.faults.empty")} />
      ) : (
        <ul className={styles.list}>
          {list.map((fault) => (
            <FaultRow
              key={fault.id}
              fault={fault}
              onRemove={() => change(() => api.deleteFaults(fault.id))}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function FaultRow({ fault, onRemove }: { fault: Fault; onRemove(): void }) {
  const styles = useStyles();
  const table = useTableStyles();
  const { t } = useText();
  return (
    <li className={styles.item}>
      <FlashRegular fontSize={18} aria-hidden />
      <span className={styles.words}>
        <Text weight="semibold">{fault.side}</Text> <span className={table.mono}>{fault.route}</span> ·{" "}
        {t(fault.when === "after" ? "dev.fault.after" : "dev.fault.before")} · {effectOf(fault)}
        {fault.count ? ` · ×${fault.count}` : ""}
      </span>
      <Button
        appearance="subtle"
        icon={<DeleteRegular />}
        aria-label={t("dev.fault.remove")}
        onClick={onRemove}
      />
    </li>
  );
}

function NewFault({ onAdd }: { onAdd(fault: Fault): void }) {
  const styles = useStyles();
  const { t } = useText();
  const [side, setSide] = useState<Fault["side"]>("zoom");
  const [route, setRoute] = useState(routes[0] ?? "");
  const [when, setWhen] = useState<Fault["when"]>("before");
  const [kind, setKind] = useState<Kind>("status500");
  const [count, setCount] = useState("1");
  return (
    <div className={styles.form}>
      <Choice
        label={t("dev.side")}
        value={side}
        values={["zoom", "microsoft"]}
        name={(value) => value}
        onChange={setSide}
      />
      <Field label={t("dev.fault.route")} className={styles.wide}>
        <Input value={route} list="fault-routes" onChange={(_, change) => setRoute(change.value)} />
        <datalist id="fault-routes">
          {routes.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      </Field>
      <Choice
        label={t("dev.fault.when")}
        value={when}
        values={["before", "after"]}
        name={(value) => t(`dev.fault.${value}`)}
        onChange={setWhen}
      />
      <Choice
        label={t("dev.fault.what")}
        value={kind}
        values={kinds}
        name={(value) => t(`dev.fault.${value}`)}
        onChange={setKind}
      />
      <Field label={t("dev.fault.count")}>
        <Input
          className={styles.narrow}
          type="number"
          min={1}
          value={count}
          onChange={(_, change) => setCount(change.value)}
        />
      </Field>
      <Button
        icon={<AddRegular />}
        appearance="primary"
        disabled={route.trim() === ""}
        onClick={() => onAdd({ side, route: route.trim(), when, ...makers[kind], count: Number(count) || 1 })}
      >
        {t("dev.fault.add")}
      </Button>
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  values: readonly T[];
  name: (value: T) => string;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, value, values, name, onChange }: ChoiceProps<T>) {
  const styles = useStyles();
  return (
    <Field label={label}>
      <Dropdown
        className={styles.narrow}
        value={name(value)}
        selectedOptions={[value]}
        onOptionSelect={(_, { optionValue }) => onChange(optionValue as T)}
      >
        {values.map((one) => (
          <Option key={one} value={one}>
            {name(one)}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

function effectOf(fault: Fault): string {
  const parts = [
    fault.status && `HTTP ${fault.status}`,
    fault.drop && "drop",
    fault.delay && `delay ${fault.delay}`,
  ];
  return parts.filter(Boolean).join(", ");
}
