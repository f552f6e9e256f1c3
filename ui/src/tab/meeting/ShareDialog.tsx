// Shares a meeting to a chat or channel: the bot posts its card there.

import { Checkbox, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Detail } from "../api";
import { useAction, useSession } from "../session";
import { Conversations } from "../shell/Conversations";
import { FormDialog } from "../shell/FormDialog";

export function ShareDialog({ meeting, onClose }: { meeting: Detail; onClose(): void }) {
  const { t, api, notify } = useSession();
  const action = useAction();
  const [chosen, setChosen] = useState("");
  const [each, setEach] = useState(false);
  const share = () =>
    void action.run(async () => {
      const { text } = await api.share(meeting.key, chosen);
      if (each) await api.follow(meeting.key, { id: chosen }, true);
      notify(text);
      onClose();
    });
  return (
    <FormDialog
      title={t("tab.share_title")}
      submit={t("tab.share_submit")}
      disabled={!chosen}
      action={action}
      onSubmit={share}
      onClose={onClose}
    >
      <Text>{t("tab.share_text")}</Text>
      <Conversations of="meetings" chosen={chosen} onChoose={setChosen} />
      {meeting.repeats && (
        <Checkbox
          label={t("tab.share_each")}
          checked={each}
          onChange={(_, { checked }) => setEach(checked === true)}
        />
      )}
    </FormDialog>
  );
}
