// What most people leave as it is, folded away.

import { Button, Field, Input, makeStyles, Select } from "@fluentui/react-components";
import { ChevronDownRegular, ChevronRightRegular } from "@fluentui/react-icons";
import { useEffect, useId, useState } from "react";
import type { Input as Typed } from "../api";
import { useMe, useSession } from "../session";
import { Section } from "../shell/Section";
import { type PartProps, Toggle, wrong } from "./parts";

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
      {form.pmi.allowed && (
        <Toggle
          label={t("tab.option_pmi", { Number: form.pmi.number ?? "" })}
          hint={t("tab.option_pmi_hint")}
          value={input.pmi}
          error={errors.pmi}
          disabled={!whole}
          onChange={(pmi) => set({ pmi })}
        />
      )}
      <Toggle
        label={t("tab.option_passcode")}
        hint={form.passcodeRequired ? t("tab.option_passcode_required") : undefined}
        value={form.passcodeRequired ? "true" : input.passcode}
        error={errors.passcode}
        disabled={form.passcodeRequired}
        onChange={(passcode) => set({ passcode })}
      />
      {toggles.map(toggle)}
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
        <Field label={t("tab.recording")} {...wrong(errors.recording)}>
          <Select value={input.recording} onChange={(_, { value }) => set({ recording: value })}>
            {form.recordings.map((recording) => (
              <option key={recording} value={recording}>
                {t(`tab.recording_${recording}`)}
              </option>
            ))}
          </Select>
        </Field>
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
          onChange={(_, { value }) => set({ alternative_hosts: value })}
        />
      </Field>
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
