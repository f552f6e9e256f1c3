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

const openings: [Opening | "", Key][] = [
  ["", "tab.board_open_as_is"],
  ["view", "tab.board_open_view"],
  ["comment", "tab.board_open_comment"],
  ["edit", "tab.board_open_edit"],
];

export function ShareDialog({ board, onClose }: { board: Board; onClose(): void }) {
  const { t, api, notify, store } = useSession();
  const action = useAction();
  const [chosen, setChosen] = useState("");
  const [open, setOpen] = useState<Opening | "">("");
  const warning = useResource<{ text: string }>(chosen ? paths.boardWarning(board.id, chosen, open) : null)
    .data?.text;
  const share = () =>
    void action.run(async () => {
      const { text } = await api.shareBoard(board.id, chosen, open);
      if (open) store.changed(["boards"]);
      notify(text);
      onClose();
    });
  const label = openings.find(([value]) => value === open)?.[1] ?? "tab.board_open_as_is";
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
            selectedOptions={[open]}
            onOptionSelect={(_, { optionValue }) => setOpen((optionValue ?? "") as Opening | "")}
          >
            {openings.map(([value, key]) => (
              <Option key={value} value={value} text={t(key)}>
                {t(key)}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
      {board.opening === "restricted" && open === "" && (
        <Bar intent="warning">{t("tab.board_restricted")}</Bar>
      )}
      {warning && <Bar intent="warning">{warning}</Bar>}
    </FormDialog>
  );
}
