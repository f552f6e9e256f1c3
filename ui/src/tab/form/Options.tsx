// What most people leave as it is, folded away.

import { Button, Field, Input, makeStyles, Select } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useEffect, useId, useState } from "react";
import type { Input as Typed } from "../api";
import { useMe, useSession } from "../session";
import { Section } from "../shell/Section";
import { ownNumber, type PartProps, Toggle, wrong } from "./parts";

const useStyles = makeStyles({
  open: { justifySelf: "start", marginInlineStart: "-8px" },
  inside: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "12px" },
  two: {
    display: "grid",
    gap: "16px 12px",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(200px, 100%), 1fr))",
    alignItems: "start",
    "& > *": { minWidth: 0 },
    "& select": { width: "100%", textOverflow: "ellipsis" },
  },
});

/** The fields in here: with something wrong in one of them it is unfolded. */
export const optionFields: (keyof Typed)[] = [
  "passcode",
  "waiting_room",
  "join_before_host",
  "host_video",
  "participant_video",
  "mute",
  "audio",
  "recording",
  "pmi",
  "private",
  "for",
  "template",
  "alternative_hosts",
];

const audios = {
  both: "tab.audio_both",
  voip: "tab.audio_voip",
  telephony: "tab.audio_telephony",
  thirdParty: "tab.audio_third",
} as const;

export function Options(props: PartProps & { open: boolean }) {
  const styles = useStyles();
  const { t } = useSession();
  const [open, setOpen] = useState(props.open);
  const id = useId();
  useEffect(() => {
    if (props.open) setOpen(true);
  }, [props.open]);
  return (
    <Section>
      <Button
        className={styles.open}
        appearance="subtle"
        icon={open ? <ChevronDownRegular /> : <ChevronRightRegular />}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {t("tab.options")}
      </Button>
      <div id={id} hidden={!open} className={styles.inside}>
        {open && <Inside {...props} />}
      </div>
    </Section>
  );
}

function Inside({ form, input, set, errors, scope }: PartProps) {
  const styles = useStyles();
  const { t } = useSession();
  const whole = scope === undefined;
  const toggle = (name: keyof Typed & (typeof toggles)[number]) => (
    <Toggle
      key={name}
      label={t(`tab.option_${name}`)}
      value={input[name]}
      error={errors[name]}
      onChange={(value) => set({ [name]: value })}
    />
  );
  return (
    <>
      {whole && <Host form={form} input={input} set={set} errors={errors} />}
      {whole && <Template form={form} input={input} set={set} errors={errors} />}
      {form.pmi.allowed && (
        <Toggle
          label={t("tab.option_pmi", { Number: form.pmi.number ?? "" })}
          hint={t(whole && ownNumber(input) ? "tab.option_pmi_not" : "tab.option_pmi_hint")}
          value={input.pmi}
          error={errors.pmi}
          disabled={!whole || ownNumber(input)}
          onChange={(pmi) => set({ pmi })}
        />
      )}
      <Passcode form={form} input={input} set={set} errors={errors} whole={whole} />
      {(input.template ? untemplated : toggles).map(toggle)}
      <div className={styles.two}>
        <Field label={t("tab.audio")} {...wrong(errors.audio)}>
          <Select value={input.audio} onChange={(_, { value }) => set({ audio: value })}>
            {form.audios.map((audio) => (
              <option key={audio} value={audio}>
                {audio in audios ? t(audios[audio as keyof typeof audios]) : audio}
              </option>
            ))}
          </Select>
        </Field>
        {!input.template && (
          <Field label={t("tab.recording")} {...wrong(errors.recording)}>
            <Select value={input.recording} onChange={(_, { value }) => set({ recording: value })}>
              {form.recordings.map((recording) => (
                <option key={recording} value={recording}>
                  {t(`tab.recording_${recording}`)}
                </option>
              ))}
            </Select>
          </Field>
        )}
      </div>
      <Field
        label={t("tab.alternative_hosts")}
        hint={t("tab.alternative_hosts_hint")}
        {...wrong(errors.alternative_hosts)}
      >
        <Input
          value={input.alternative_hosts}
          inputMode="email"
          dir="ltr"
          placeholder="ana@example.com, ben@example.com"
          onPaste={(event) => {
            const pasted = event.clipboardData.getData("text").trim();
            if (!/[\r\n]/.test(pasted)) return; // a text field would join the lines
            event.preventDefault();
            const { value, selectionStart, selectionEnd } = event.currentTarget;
            set({
              alternative_hosts:
                value.slice(0, selectionStart ?? 0) +
                pasted.split(/[\s,;]*[\r\n]\s*/).join(", ") +
                value.slice(selectionEnd ?? value.length),
            });
          }}
          onChange={(_, { value }) => set({ alternative_hosts: value })}
        />
      </Field>
    </>
  );
}

/** Whether there is one, and which: of a new meeting, where the personal room has not its own. */
function Passcode({
  form,
  input,
  set,
  errors,
  whole,
}: Pick<PartProps, "form" | "input" | "set" | "errors"> & { whole: boolean }) {
  const { t } = useSession();
  const own = ["", "true", "false"].includes(input.passcode) ? "" : input.passcode;
  const on = form.passcodeRequired || own !== "" || input.passcode === "true";
  const typed = on && whole && input.pmi !== "true";
  const rule = input.for ? "" : form.passcodeRule; // which of somebody else's account nobody tells
  return (
    <>
      <Toggle
        label={t("tab.option_passcode")}
        hint={form.passcodeRequired ? t("tab.option_passcode_required") : undefined}
        value={on ? "true" : "false"}
        error={typed ? undefined : errors.passcode}
        disabled={form.passcodeRequired}
        onChange={(passcode) => set({ passcode })}
      />
      {typed && (
        <Field
          label={t("tab.passcode_own")}
          hint={rule ? t("tab.passcode_rule", { Rule: rule }) : t("tab.passcode_own_hint")}
          {...wrong(errors.passcode)}
        >
          <Input
            value={own}
            maxLength={10}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            onChange={(_, { value }) => set({ passcode: value || "true" })}
          />
        </Field>
      )}
    </>
  );
}

const toggles = [
  "waiting_room",
  "join_before_host",
  "host_video",
  "participant_video",
  "mute",
  "private",
] as const;

/** Those that no template decides. */
const untemplated = ["private"] as const;

/** A template of the Zoom account; only of a new meeting. */
function Template({ form, input, set, errors }: Pick<PartProps, "form" | "input" | "set" | "errors">) {
  const styles = useStyles();
  const { t } = useSession();
  if (form.templates.length === 0) return null;
  return (
    <div className={styles.two}>
      <Field
        label={t("tab.template")}
        hint={t(input.template ? "tab.template_says" : "tab.template_hint")}
        {...wrong(errors.template)}
      >
        <Select value={input.template} onChange={(_, { value }) => set({ template: value })}>
          <option value="">{t("tab.template_none")}</option>
          {form.templates.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}

/** For whom; only of a new meeting. */
function Host({ form, input, set, errors }: Pick<PartProps, "form" | "input" | "set" | "errors">) {
  const styles = useStyles();
  const { t } = useSession();
  const me = useMe();
  if (form.hosts.length === 0) return null;
  return (
    <div className={styles.two}>
      <Field label={t("tab.for")} hint={t("tab.for_hint")} {...wrong(errors.for)}>
        <Select value={input.for} onChange={(_, { value }) => set({ for: value })}>
          <option value="">{t("tab.for_me", { Name: me.name })}</option>
          {form.hosts.map(({ address, name }) => (
            <option key={address} value={address}>
              {name}
            </option>
          ))}
        </Select>
      </Field>
    </div>
  );
}
