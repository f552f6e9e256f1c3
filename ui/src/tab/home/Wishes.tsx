// What waits to be made: why, until when, and the way to do without it.

import { Button, Text } from "@fluentui/react-components";
import { useState } from "react";
import type { Wish } from "../api";
import { useAction, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";
import { Bar } from "../shell/feedback";

export function Wishes({ wishes }: { wishes: Wish[] }) {
  const { t } = useSession();
  const [asked, setAsked] = useState<Wish>();
  return (
    <>
      {wishes.map((wish) => (
        <Bar
          key={wish.key}
          intent="warning"
          actions={
            <Button
              size="small"
              aria-label={t("tab.withdraw_one", { Topic: wish.topic })}
              onClick={() => setAsked(wish)}
            >
              {t("tab.withdraw")}
            </Button>
          }
        >
          {wish.text}
        </Bar>
      ))}
      {asked && <WithdrawDialog wish={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function WithdrawDialog({ wish, onClose }: { wish: Wish; onClose(): void }) {
  const { t, api, store, notify } = useSession();
  const action = useAction();
  const withdraw = () =>
    void action.run(async () => {
      const { text } = await api.withdraw(wish.key);
      notify(text);
      onClose();
      store.changed(["meetings"]);
    });
  return (
    <FormDialog
      title={t("tab.withdraw_title")}
      submit={t("tab.withdraw_yes")}
      keep={t("tab.cancel_keep")}
      action={action}
      onSubmit={withdraw}
      onClose={onClose}
    >
      <Text>{t("tab.withdraw_text", { Topic: wish.topic })}</Text>
    </FormDialog>
  );
}
