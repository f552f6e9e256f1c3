// The form of a meeting, new or changed.

import {
  Button,
  Field,
  makeStyles,
  Spinner,
  Textarea,
  Input as TextInput,
  tokens,
} from "@fluentui/react-components";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Form, Input, Scope } from "../api";
import { useNow } from "../home/useNow";
import { type Action, useSession } from "../session";
import { Bar, ProblemBar } from "../shell/feedback";
import { Section } from "../shell/Section";
import { Availability } from "./Availability";
import { Options, optionFields } from "./Options";
import { PeopleField } from "./PeopleField";
import { attending, ownNumber, type PartProps, wrong } from "./parts";
import { RepeatFields } from "./RepeatFields";
import { RoomsField } from "./RoomsField";
import { WhenFields } from "./WhenFields";
import { WhoField } from "./WhoField";

const useStyles = makeStyles({
  form: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "16px" },
  foot: {
    position: "sticky",
    bottom: 0,
    zIndex: 5,
    display: "flex",
    gap: "8px",
    justifyContent: "flex-end",
    flexWrap: "wrap",
    padding: "12px 0 max(12px, env(safe-area-inset-bottom))",
    background: tokens.colorNeutralBackground2,
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    "@media (max-width: 480px)": { "& > *": { flex: 1 } },
    // Little is left of a page that is enlarged or lies on its side: nothing may cover it.
    "@media (max-height: 480px)": { position: "static" },
  },
});

export interface MeetingFormProps {
  form: Form;
  /** What the fields hold at first. */
  first: Input;
  /** Of a change: of what. */
  scope?: Scope;
  own?: PartProps["own"];
  action: Action;
  submit: string;
  onSubmit(input: Input): void;
  /** For whom it is scheduled, which changes what is offered. */
  onHost?(address: string): void;
  onRenew(): void;
}

/** The names that the product gives to fields which this form calls otherwise. */
const alias: Record<string, keyof Input> = { people: "invitees", recurrence: "repeat" };

export function MeetingForm(props: MeetingFormProps) {
  const { form, first, scope, own, action, submit, onSubmit, onHost, onRenew } = props;
  const styles = useStyles();
  const { t } = useSession();
  const [input, setInput] = useState(first);
  const [errors, setErrors] = useState<Partial<Record<keyof Input, string>>>({});
  const [text, setText] = useState({ invitees: "", rooms: "" });
  const element = useRef<HTMLFormElement>(null);
  const refused = action.problem?.more.fields;
  useEffect(() => {
    setErrors(
      Object.fromEntries(Object.entries(refused ?? {}).map(([name, text]) => [alias[name] ?? name, text])),
    );
    if (refused)
      requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(firstWrong)?.focus());
  }, [refused]);
  const set = (part: Partial<Input>) => {
    setInput((before) => ({
      ...before,
      ...part,
      ...(scope === undefined && ownNumber(part) ? { pmi: "false" } : {}),
    }));
    setErrors((before) =>
      Object.fromEntries(Object.entries(before).filter(([name]) => !(name in part || related(name, part)))),
    );
    if (part.for !== undefined) onHost?.(part.for);
  };
  const type = (field: keyof typeof text, typed: string) => {
    setText((before) => ({ ...before, [field]: typed }));
    setErrors(({ [field]: _, ...others }) => others);
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (action.busy || resting(action, new Date())) return;
    const missing: typeof errors = input.topic.trim() ? {} : { topic: t("tab.topic_missing") };
    // Whoever typed somebody means to invite them.
    for (const field of ["invitees", "rooms"] as const)
      if (text[field].trim()) missing[field] = t("tab.no_address", { Text: text[field].trim() });
    if (Object.keys(missing).length > 0) {
      setErrors(missing);
      requestAnimationFrame(() => element.current?.querySelector<HTMLElement>(firstWrong)?.focus());
      return;
    }
    onSubmit(input);
  };
  const part = { form, input, set, typing: { text, type }, errors, scope, own, onRenew };
  return (
    <form ref={element} className={styles.form} onSubmit={send} noValidate aria-label={submit}>
      <ProblemBar problem={action.problem} />
      {form.notes.map((note) => (
        <Bar key={note}>{note}</Bar>
      ))}
      {scope === "occurrence" ? (
        // All that Zoom can do to a single meeting of a series is to move it and to give it another length.
        <Section>
          <WhenFields {...part} />
          <Availability {...part} />
        </Section>
      ) : (
        <Whole {...part} />
      )}
      <Foot action={action} submit={submit} />
    </form>
  );
}

/** While the product goes on by itself there is nothing to send, and nothing that leaving would cancel. */
function Foot({ action, submit }: Pick<MeetingFormProps, "action" | "submit">) {
  const styles = useStyles();
  const { t, navigation } = useSession();
  const rests = resting(action, useNow());
  return (
    <div className={styles.foot}>
      <Button size="large" onClick={navigation.back}>
        {t(rests ? "tab.close" : "tab.cancel_dialog")}
      </Button>
      <Button
        type="submit"
        size="large"
        appearance="primary"
        disabledFocusable={action.busy || rests}
        icon={action.busy ? <Spinner size="tiny" /> : undefined}
      >
        {submit}
      </Button>
    </div>
  );
}

/** Everything about a meeting, or about a series. */
function Whole(part: PartProps) {
  const { t } = useSession();
  const { form, input, set, errors, scope } = part;
  return (
    <>
      <Section>
        <Field label={t("tab.topic")} required {...wrong(errors.topic)}>
          <TextInput
            value={input.topic}
            maxLength={200}
            placeholder={t("tab.topic_hint")}
            onChange={(_, { value }) => set({ topic: value })}
          />
        </Field>
        <WhenFields {...part} />
        <RepeatFields {...part} />
      </Section>
      <Section title={t("tab.people")}>
        {form.here && scope === undefined && <WhoField {...part} here={form.here} />}
        <PeopleField {...part} />
        {form.capacity > 0 && attending(part) > form.capacity && (
          <Bar intent="warning" alert>
            {t("tab.capacity", { Count: form.capacity })}
          </Bar>
        )}
        <RoomsField {...part} />
        <Availability {...part} />
      </Section>
      <Section>
        <Field label={t("tab.agenda")} {...wrong(errors.agenda)}>
          <Textarea
            value={input.agenda}
            rows={3}
            resize="vertical"
            onChange={(_, { value }) => set({ agenda: value })}
          />
        </Field>
      </Section>
      <Options {...part} open={optionFields.some((name) => errors[name])} />
    </>
  );
}

/** Until when it is known that sending anew is of no use. */
const resting = ({ problem }: Action, now: Date) => (problem?.more.until ?? 0) > now;

const firstWrong = "[aria-invalid=true], [aria-invalid=true] input";

const moments = ["date", "time", "zone"];
/** When a date was wrong, another time may have mended it. */
const related = (name: string, part: Partial<Input>) =>
  moments.includes(name) && moments.some((moment) => moment in part);
