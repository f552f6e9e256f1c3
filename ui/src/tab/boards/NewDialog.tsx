// Makes a whiteboard, and opens it.

import { Field, Input, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useAction, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";

export function NewDialog({ onClose }: { onClose(): void }) {
  const { t, api, teams, notify, store } = useSession();
  const action = useAction();
  const [name, setName] = useState("");
  const [missing, setMissing] = useState(false);
  const wrong = missing ? t("tab.board_name_missing") : action.problem?.more.fields?.name;
  const create = () => {
    setMissing(!name.trim());
    if (!name.trim()) return;
    void action.run(async () => {
      const made = await api.createBoard(name.trim());
      store.changed(["boards"]);
      notify(t("tab.board_made", { Name: made.name }));
      onClose();
      if (made.url) await teams.openLink(made.url);
    });
  };
  return (
    <FormDialog
      title={t("tab.board_new")}
      submit={t("tab.board_create")}
      action={action}
      onSubmit={create}
      onClose={onClose}
    >
      <Field
        label={t("tab.board_name")}
        validationState={wrong ? "error" : "none"}
        validationMessage={wrong}
        required
      >
        <Input
          value={name}
          maxLength={200}
          onChange={(_, { value }) => {
            setName(value);
            setMissing(false);
          }}
        />
      </Field>
      <Text size={200}>{t("tab.board_sign_in")}</Text>
    </FormDialog>
  );
}
