// For a conversation: whether everyone there is invited, or only who is named.

import { Field, Radio, RadioGroup } from "@fluentui/react-components";
import type { Form } from "../api";
import { useSession } from "../session";
import type { PartProps } from "./parts";

export function WhoField({ form, input, set, here }: PartProps & { here: NonNullable<Form["here"]> }) {
  const { t } = useSession();
  const everyone = t(form.in ? "tab.who_everyone_there" : "tab.who_everyone", { Count: here.others });
  return (
    <Field label={t("tab.who")}>
      <RadioGroup value={input.who ?? "everyone"} onChange={(_, { value }) => set({ who: value })}>
        <Radio value="everyone" disabled={here.many} label={everyone} />
        <Radio value="chosen" label={t(here.many ? "tab.who_chosen_many" : "tab.who_chosen")} />
      </RadioGroup>
    </Field>
  );
}
