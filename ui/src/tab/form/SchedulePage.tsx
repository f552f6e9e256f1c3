// Schedules a meeting.

import { useRef, useState } from "react";
import { type Input, paths } from "../api";
import { once } from "../once";
import { useAction, useSession } from "../session";
import { Failed } from "../shell/feedback";
import { Page } from "../shell/Page";
import { MeetingForm } from "./MeetingForm";
import { FormWaiting } from "./parts";
import { useForm } from "./useForm";

export default function SchedulePage() {
  const { t, api, store, notify, navigation } = useSession();
  const [host, setHost] = useState("");
  const { form, problem, renew } = useForm(host);
  const action = useAction();
  const sending = useRef(false);
  const submit = (input: Input) => {
    if (sending.current || !form) return;
    sending.current = true;
    void action
      .run(async () => {
        const made = await once(() => api.schedule(form.nonce, input), renew);
        store.put(paths.meeting(made.key), ["meetings"], made);
        store.changed(["meetings"]);
        notify(t("tab.scheduled", { Topic: made.topic }));
        navigation.go({ page: "meeting", key: made.key }, { replace: true });
      })
      .finally(() => {
        sending.current = false;
      });
  };
  return (
    <Page title={t("tab.schedule_title")} narrow>
      {form ? (
        <MeetingForm
          form={form}
          first={form.input}
          action={action}
          submit={t("tab.schedule")}
          onSubmit={submit}
          onHost={setHost}
          onRenew={renew}
        />
      ) : problem ? (
        <Failed problem={problem} onRetry={renew} />
      ) : (
        <FormWaiting />
      )}
    </Page>
  );
}
