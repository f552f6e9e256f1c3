// Changes a meeting, one occurrence of it, or an occurrence and those after it.

import { LockClosedRegular } from "@fluentui/react-icons";
import { useRef } from "react";
import { type Detail, type Input, type Problem, paths, type Scope } from "../api";
import { useAction, useSession } from "../session";
import { Bar, Failed, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { useResource } from "../store";
import type { Key } from "../text/text";
import { MeetingForm } from "./MeetingForm";
import { FormWaiting } from "./parts";
import { mayHaveHappened, useForm } from "./useForm";

export interface ChangePageProps {
  meetingKey: string;
  original: string | undefined;
  scope: Scope;
}

const notes: Record<Scope, Key | undefined> = {
  all: undefined,
  occurrence: "tab.change_occurrence",
  following: "tab.change_following",
};

export default function ChangePage({ meetingKey, original, scope }: ChangePageProps) {
  const { t, api, store, notify, navigation } = useSession();
  const meeting = useResource<Detail>(paths.meeting(meetingKey, original), ["meetings"]);
  const offered = useForm("");
  const action = useAction();
  const nonce = useRef<string>(crypto.randomUUID());
  const problem = meeting.data ? offered.problem : meeting.problem;
  const submit = (input: Input, edition: number) =>
    void action.run(async () => {
      try {
        const wish = { nonce: nonce.current, input, scope, original, edition };
        const changed = await api.change(meetingKey, wish);
        store.changed(["meetings"]);
        notify(t("tab.changed", { Topic: changed.topic }));
        navigation.back();
      } catch (error) {
        if (!mayHaveHappened(error as Problem)) nonce.current = crypto.randomUUID();
        throw error;
      }
    });
  const note = notes[scope];
  return (
    <Page title={t("tab.change_title")} narrow>
      {meeting.data && !meeting.data.input ? (
        <StandIn icon={<LockClosedRegular />} title={t("tab.change_not")}>
          {t("tab.change_not_text", { Topic: meeting.data.topic })}
        </StandIn>
      ) : meeting.data?.input && offered.form ? (
        <>
          {note && <Bar>{t(note)}</Bar>}
          <MeetingForm
            form={offered.form}
            first={meeting.data.input}
            scope={scope}
            own={meeting.data}
            action={action}
            submit={t("tab.save")}
            onSubmit={(input) => submit(input, meeting.data?.edition ?? 0)}
            onRenew={offered.renew}
          />
        </>
      ) : problem ? (
        <Failed
          problem={problem}
          onRetry={() => {
            meeting.retry();
            offered.renew();
          }}
        />
      ) : (
        <FormWaiting />
      )}
    </Page>
  );
}
