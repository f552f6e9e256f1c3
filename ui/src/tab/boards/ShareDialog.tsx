// Shares a whiteboard to a chat or channel: the bot posts its card there, and who may open it is said before.

import { Dropdown, Field, Option, Text } from "@fluentui/react-components";
import { useState } from "react";
import { type Board, type Opening, paths } from "../api";
import { useAction, useSession } from "../session";
import { Conversations } from "../shell/Conversations";
import { FormDialog } from "../shell/FormDialog";
import { Bar } from "../shell/feedback";
import { useResource } from "../store";
import type { Key } from "../text/text";

interface Choice {
  open: Opening | "";
  only?: boolean; // the people of the conversation, instead of everybody
  label: Key;
}

const choices: Choice[] = [
  { open: "", label: "tab.board_open_as_is" },
  { open: "view", only: true, label: "tab.board_only_view" },
  { open: "comment", only: true, label: "tab.board_only_comment" },
  { open: "edit", only: true, label: "tab.board_only_edit" },
  { open: "view", label: "tab.board_open_view" },
  { open: "comment", label: "tab.board_open_comment" },
  { open: "edit", label: "tab.board_open_edit" },
];

export function ShareDialog({ board, onClose }: { board: Board; onClose(): void }) {
  const { t, api, notify, store } = useSession();
  const action = useAction();
  const [chosen, setChosen] = useState("");
  const [label, setLabel] = useState<Key>("tab.board_open_as_is");
  const { open, only } = choices.find((one) => one.label === label) ?? { open: "" as const };
  const warning = useResource<{ text: string }>(chosen ? paths.boardWarning(board.id, chosen, open) : null)
    .data?.text;
  const share = () =>
    void action.run(async () => {
      const { text } = await api.shareBoard(board.id, chosen, open, only);
      if (open) store.changed(["boards"]);
      notify(text);
      onClose();
    });
  return (
    <FormDialog
      title={t("tab.board_share_title", { Name: board.name })}
      submit={t("tab.share_submit")}
      disabled={!chosen}
      action={action}
      onSubmit={share}
      onClose={onClose}
    >
      <Text>{t("tab.board_share_text")}</Text>
      <Conversations of="whiteboards" chosen={chosen} onChoose={setChosen} />
      {board.opening !== "anyone" && (
        <Field label={t("tab.board_open")}>
          <Dropdown
            value={t(label)}
            selectedOptions={[label]}
            onOptionSelect={(_, { optionValue }) => setLabel((optionValue ?? label) as Key)}
          >
            {choices
              .filter((one) => board.single || !one.only)
              .map((one) => (
                <Option key={one.label} value={one.label} text={t(one.label)}>
                  {t(one.label)}
                </Option>
              ))}
          </Dropdown>
        </Field>
      )}
      {board.opening === "restricted" && open === "" && (
        <Bar intent="warning">{t(board.single ? "tab.board_added" : "tab.board_restricted")}</Bar>
      )}
      {warning && <Bar intent="warning">{warning}</Bar>}
    </FormDialog>
  );
}
