// Where a meeting is named by its number.

import { Field, Input } from "@fluentui/react-components";

export interface NumberFieldProps {
  label: string;
  hint: string;
  value: string;
  /** What is wrong with it. */
  wrong: string | undefined;
  /** Nothing but a number is meant, so that phones offer digits. */
  digits?: boolean;
  onChange(value: string): void;
}

export function NumberField({ label, hint, value, wrong, digits, onChange }: NumberFieldProps) {
  return (
    <Field
      label={label}
      required
      validationState={wrong ? "error" : "none"}
      validationMessage={wrong}
      hint={wrong ? null : hint}
    >
      <Input
        value={value}
        autoFocus
        autoComplete="off"
        inputMode={digits ? "numeric" : "text"}
        dir="ltr"
        placeholder="852 1234 5678"
        onChange={(_, data) => onChange(data.value)}
      />
    </Field>
  );
}
