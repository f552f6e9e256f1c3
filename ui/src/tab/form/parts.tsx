// What the parts of the form have in common.

import { Button, Field, makeStyles, Skeleton, Switch, Text, tokens } from "@fluentui/react-components";
import { useId } from "react";
import type { At, Form, Grant, Input, Scope } from "../api";
import { useAction, useSession } from "../session";
import { ProblemBar } from "../shell/feedback";
import { useCopy } from "../shell/useCopy";
import { RowsWaiting } from "../start/Waiting";
import { type Teams, WindowEnded } from "../teams";
import type { Key } from "../text/text";

export interface PartProps {
  form: Form;
  input: Input;
  set(part: Partial<Input>): void;
  typing: Typing;
  /** What is wrong, by field. */
  errors: Partial<Record<keyof Input, string>>;
  scope?: Scope | undefined;
  /** The key of the meeting that is changed: it is not in its own way. */
  own?: string | undefined;
  onRenew(): void;
}

/** What stands in the boxes in which people and rooms are looked for, and is nobody chosen yet. */
export interface Typing {
  text: Record<"invitees" | "rooms", string>;
  type(field: "invitees" | "rooms", text: string): void;
}

/** What has no place in the personal meeting room: a series, and somebody else's meeting. */
export const ownNumber = (part: Partial<Input>) => Boolean(part.repeat || part.for);

/** The conversation for which a form is: that in which it was begun, or in whose tab it stands. */
export function conversationOf({ in: begun }: Form, { context }: Teams): At | undefined {
  return begun
    ? { id: begun.conversation, ...(begun.team ? { team: begun.team } : {}) }
    : context.conversation;
}

/** How many come, as far as that is known, the host among them. */
export const attending = ({ form, input, scope }: Pick<PartProps, "form" | "input" | "scope">) =>
  1 +
  input.invitees.length +
  (input.members?.length ?? 0) +
  (form.here && scope === undefined && input.who !== "chosen" ? form.here.others : 0);

/** The looks of what is wrong with a field. */
export function wrong(message: string | undefined) {
  return message ? ({ validationState: "error", validationMessage: message } as const) : {};
}

const useStyles = makeStyles({
  toggle: { marginInlineStart: "-8px" },
  hint: { color: tokens.colorNeutralForeground3, paddingInlineStart: "44px" },
  grant: { display: "flex", flexWrap: "wrap", gap: "4px 8px", alignItems: "center" },
});

export interface ToggleProps {
  label: string;
  hint?: string | undefined;
  value: string;
  error?: string | undefined;
  disabled?: boolean;
  onChange(value: "true" | "false"): void;
}

/** A yes or no of the form. */
export function Toggle({ label, hint, value, error, disabled, onChange }: ToggleProps) {
  const styles = useStyles();
  const id = useId();
  return (
    <Field {...wrong(error)}>
      <Switch
        className={styles.toggle}
        label={label}
        checked={value === "true"}
        disabled={disabled ?? false}
        aria-describedby={hint ? id : undefined}
        onChange={(_, { checked }) => onChange(checked ? "true" : "false")}
      />
      {hint && (
        <Text size={200} id={id} className={styles.hint}>
          {hint}
        </Text>
      )}
    </Field>
  );
}

const grantKeys: Record<"contacts" | "rooms", Record<"off" | "missing", Key>> = {
  contacts: { off: "tab.contacts_off", missing: "tab.contacts_missing" },
  rooms: { off: "tab.rooms_off", missing: "tab.rooms_missing" },
};

/**
 * Without a grant the field takes typed addresses; here is which grant would help, and who gives it: for rooms an administrator alone,
 * so that there is a text for that person.
 */
export function GrantNote({
  grant,
  state,
  here = false,
  onGranted,
}: {
  grant: "contacts" | "rooms";
  state: Grant;
  /** The people of a conversation are found without it. */
  here?: boolean;
  onGranted(): void;
}) {
  const styles = useStyles();
  const { t, api, teams, store } = useSession();
  const copy = useCopy();
  const action = useAction();
  if (state === "granted") return null;
  const renew = () => {
    store.changed(["account", "policy"]);
    onGranted();
  };
  const ask = () =>
    void action.run(async () => {
      const { url } = await api.consent([grant]);
      try {
        await teams.authenticate(url);
      } catch (error) {
        if (error instanceof WindowEnded) return;
        throw error;
      }
      renew();
    });
  return (
    <>
      <div className={styles.grant}>
        <Text size={200}>
          {t(here && state === "off" ? "tab.contacts_off_here" : grantKeys[grant][state])}
        </Text>
        {state === "missing" && grant === "rooms" && (
          <>
            <Button size="small" onClick={() => void copy(t("tab.rooms_ask"), t("tab.copied_text"))}>
              {t("tab.gate_copy")}
            </Button>
            <Button size="small" onClick={renew}>
              {t("tab.check_again")}
            </Button>
          </>
        )}
        {state === "missing" && grant === "contacts" && (
          <Button size="small" disabledFocusable={action.busy} onClick={ask}>
            {t("tab.allow")}
          </Button>
        )}
      </div>
      <ProblemBar problem={action.problem} />
    </>
  );
}

export function FormWaiting() {
  const { t } = useSession();
  return (
    <Skeleton aria-label={t("tab.loading")}>
      <RowsWaiting rows={6} />
    </Skeleton>
  );
}
