// Joins a meeting by its number or link.

import { Field, Input, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useAction, useMe, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";
import { opens, opensKeys } from "../where";
import { NumberField } from "./NumberField";

export default function JoinDialog({ onClose }: { onClose(): void }) {
  const { t, api, teams, notify } = useSession();
  const me = useMe();
  const action = useAction();
  const [text, setText] = useState("");
  const [passcode, setPasscode] = useState("");
  const [missing, setMissing] = useState(false);
  const fields = action.problem?.more.fields;
  const isLink = /[/.]/.test(text);
  const join = () => {
    setMissing(!text.trim());
    if (!text.trim()) return;
    void action.run(async () => {
      const { url, topic } = await api.join(text.trim(), passcode.trim());
      await teams.openLink(url);
      notify(topic ? t("tab.join_opened_name", { Topic: topic }) : t("tab.join_opened"));
      onClose();
    });
  };
  return (
    <FormDialog
      title={t("tab.join_title")}
      submit={t("tab.join_this")}
      action={action}
      onSubmit={join}
      onClose={onClose}
    >
      <NumberField
        label={t("tab.join_text")}
        hint={t("tab.join_text_hint")}
        value={text}
        wrong={missing ? t("tab.join_missing") : fields?.text}
        onChange={(value) => {
          setText(value);
          setMissing(false);
        }}
      />
      {!isLink && (
        <Field
          label={t("tab.passcode")}
          validationState={fields?.passcode ? "error" : "none"}
          validationMessage={fields?.passcode}
          hint={t("tab.join_passcode_hint")}
        >
          <Input
            value={passcode}
            autoComplete="off"
            dir="ltr"
            onChange={(_, { value }) => setPasscode(value)}
          />
        </Field>
      )}
      <Text size={200}>{t(opensKeys[opens(me, teams.context, "join")])}</Text>
    </FormDialog>
  );
}
