// Changes a meeting, one occurrence of it, or an occurrence and those after it.

import { Button } from "@fluentui/react-components";
import { LockClosedRegular } from "@fluentui/react-icons";
import { useRef, useState } from "react";
import { type Detail, type Input, paths, type Scope } from "../api";
import { once } from "../once";
import { useAction, useSession } from "../session";
import { Bar, Failed, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { useResource } from "../store";
import type { Key } from "../text/text";
import { MeetingForm } from "./MeetingForm";
import { FormWaiting } from "./parts";
import { useForm } from "./useForm";

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
  const renew = () => {
    nonce.current = crypto.randomUUID();
  };
  // What the fields began with and its edition belong together: whoever has changed the meeting since is not overwritten unseen.
  const [begun, begin] = useState(meeting.data);
  if (!begun && meeting.data) begin(meeting.data);
  const overtaken = begun?.edition !== meeting.data?.edition && !action.busy;
  // A series has its own first day and length, whichever of its occurrences it is changed from.
  const first = (scope !== "all" && begun?.occurrenceInput) || begun?.input;
  const problem = begun ? offered.problem : meeting.problem;
  const submit = (input: Input) =>
    void action.run(async () => {
      const wish = { nonce: nonce.current, input, scope, original, edition: begun?.edition ?? 0 };
      const changed = await once(() => api.change(meetingKey, wish), renew);
      store.changed(["meetings"]);
      notify(t("tab.changed", { Topic: changed.topic }));
      // The rest of a series is a meeting of its own from now on.
      if (changed.key !== meetingKey) navigation.go({ page: "meeting", key: changed.key }, { replace: true });
      else navigation.back();
    });
  const reload = () => {
    action.clear();
    begin(meeting.data);
  };
  const note = notes[scope];
  return (
    <Page title={t("tab.change_title")} narrow>
      {begun && !first ? (
        <StandIn icon={<LockClosedRegular />} title={t("tab.change_not")}>
          {t("tab.change_not_text", { Topic: begun.topic })}
        </StandIn>
      ) : begun && first && offered.form ? (
        <>
          {overtaken && <Overtaken onReload={reload} />}
          {note && <Bar>{t(note)}</Bar>}
          <MeetingForm
            key={begun.edition}
            form={begun.in ? { ...offered.form, in: begun.in } : offered.form}
            first={first}
            scope={scope}
            own={meetingKey}
            action={action}
            submit={t("tab.save")}
            onSubmit={submit}
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

function Overtaken({ onReload }: { onReload(): void }) {
  const { t } = useSession();
  return (
    <Bar intent="warning" alert actions={<Button onClick={onReload}>{t("tab.reload")}</Button>}>
      {t("tab.change_overtaken")}
    </Bar>
  );
}
