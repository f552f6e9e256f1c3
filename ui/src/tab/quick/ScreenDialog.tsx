// Shares the screen into a meeting by its number. Where Zoom cannot, on phones, the dialog says so.

import { Button, Text } from "@fluentui/react-components";
import { useState } from "react";
import { useAction, useMe, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";
import { Bar } from "../shell/feedback";
import { opens, opensKeys } from "../where";
import { NumberField } from "./NumberField";

export default function ScreenDialog({ onClose }: { onClose(): void }) {
  const { t, api, teams, navigation } = useSession();
  const me = useMe();
  const action = useAction();
  const [text, setText] = useState("");
  const [missing, setMissing] = useState(false);
  const [fallback, setFallback] = useState("");
  const how = opens(me, teams.context, "screen");
  if (how === "none") {
    return (
      <FormDialog title={t("tab.screen")} action={action} onClose={onClose}>
        <Text>{t("tab.screen_mobile")}</Text>
        <div>
          <Button onClick={() => navigation.go({ page: "join" })}>{t("tab.join_title")}</Button>
        </div>
      </FormDialog>
    );
  }
  const share = () => {
    setMissing(!text.trim());
    if (!text.trim()) return;
    void action.run(async () => {
      const opened = await api.screen(text.trim());
      await teams.openLink(opened.url);
      setFallback(opened.fallback);
    });
  };
  if (fallback) {
    return (
      <FormDialog title={t("tab.screen")} action={action} onClose={onClose}>
        <Text role="status">{t("tab.screen_opened")}</Text>
        <Bar
          actions={
            <Button size="small" onClick={() => void teams.openLink(fallback)}>
              {t("tab.screen_join")}
            </Button>
          }
        >
          {t("tab.screen_fallback")}
        </Bar>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title={t("tab.screen")}
      submit={t("tab.screen_submit")}
      action={action}
      onSubmit={share}
      onClose={onClose}
    >
      <Text>{t("tab.screen_text")}</Text>
      <NumberField
        label={t("tab.meeting_id")}
        hint={t("tab.screen_hint")}
        value={text}
        wrong={missing ? t("tab.join_missing") : action.problem?.more.fields?.text}
        digits
        onChange={(value) => {
          setText(value);
          setMissing(false);
        }}
      />
      <Text size={200}>{t(opensKeys[how])}</Text>
    </FormDialog>
  );
}
