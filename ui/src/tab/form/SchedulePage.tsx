// Schedules a meeting, or another like one of the person's.

import { useRef, useState } from "react";
import { type Detail, type Input, paths } from "../api";
import { once } from "../once";
import { useAction, useSession } from "../session";
import { Bar, Failed } from "../shell/feedback";
import { Page } from "../shell/Page";
import { useResource } from "../store";
import { MeetingForm } from "./MeetingForm";
import { conversationOf, FormWaiting } from "./parts";
import { useForm } from "./useForm";

interface SchedulePageProps {
  like?: string | undefined;
  /** What was typed into the form of a conversation, for which the meeting is then. */
  typed?: string | undefined;
}

export default function SchedulePage({ like, typed }: SchedulePageProps) {
  const { t, api, store, notify, navigation, teams } = useSession();
  const [host, setHost] = useState("");
  const { form, problem: notOffered, renew } = useForm(host, typed);
  const model = useResource<Detail>(like ? paths.meeting(like) : null, ["meetings"]);
  const [begun, begin] = useState(model.data);
  if (!begun && model.data) begin(model.data);
  const problem = notOffered ?? (begun ? undefined : model.problem);
  const action = useAction();
  const sending = useRef(false);
  const submit = (input: Input) => {
    if (sending.current || !form) return;
    sending.current = true;
    void action
      .run(async () => {
        const at = conversationOf(form, teams);
        const made = await once(() => api.schedule(form.nonce, input, at), renew);
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
      {form?.in && (
        <Bar>{form.in.name ? t("tab.schedule_in", { Name: form.in.name }) : t("tab.schedule_in_chat")}</Bar>
      )}
      {form && (begun || !like) ? (
        <MeetingForm
          form={form}
          first={begun?.input ? again(begun.input, form.input) : form.input}
          action={action}
          submit={t("tab.schedule")}
          onSubmit={submit}
          onHost={setHost}
          onRenew={renew}
        />
      ) : problem ? (
        <Failed
          problem={problem}
          onRetry={() => {
            model.retry();
            renew();
          }}
        />
      ) : (
        <FormWaiting />
      )}
    </Page>
  );
}

/**
 * Another meeting like one before: at its time of day, on the next day on which that is still to come, a weekly series on one of its days; in no
 * conversation.
 */
function again({ members: _, ...before }: Input, next: Input): Input {
  const day = new Date(`${next.date}T12:00Z`);
  const today = before.zone === next.zone && before.time >= next.time;
  if (!today) day.setUTCDate(day.getUTCDate() + 1);
  const days = before.repeat === "weekly" ? before.weekdays.split(",") : [];
  for (let looked = 1; looked < 7 && days[0] && !days.includes(String(day.getUTCDay())); looked++)
    day.setUTCDate(day.getUTCDate() + 1);
  return {
    ...before,
    date: day.toISOString().slice(0, 10),
    // The last day of a series has passed with it.
    ...(before.ends === "until" ? { ends: "times", times: next.times, until: next.until } : {}),
  };
}
