// Cancels a meeting, after asking; of a series, a part of it.

import { Field, Radio, RadioGroup, Text, Textarea } from "@fluentui/react-components";
import { useState } from "react";
import type { Detail, Scope } from "../api";
import { useAction, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";

export interface CancelDialogProps {
  meeting: Detail;
  /** What was cancelled, in words: the meeting, or which part of the series. */
  onCancelled(what: string): void;
  onClose(): void;
}

export function CancelDialog({ meeting, onCancelled, onClose }: CancelDialogProps) {
  const { t, dates, api, store, notify } = useSession();
  const action = useAction();
  const series = meeting.kind === "occurrence";
  const [scope, setScope] = useState<Scope>(series ? "occurrence" : "all");
  const [comment, setComment] = useState("");
  const What = t(`tab.cancel_${scope}`, {
    Topic: meeting.topic,
    Date: meeting.start ? dates.day(meeting.start, new Date()) : "",
  });
  const cancel = () =>
    void action.run(async () => {
      await api.cancel(meeting.key, { scope, original: meeting.original, comment: comment.trim() });
      notify(t("tab.cancelled", { What }));
      onClose();
      onCancelled(What);
      store.changed(["meetings"]);
    });
  return (
    <FormDialog
      title={t("tab.cancel_title")}
      submit={t("tab.cancel_yes")}
      keep={t("tab.cancel_keep")}
      action={action}
      onSubmit={cancel}
      onClose={onClose}
    >
      <Text>
        {meeting.invitees.length > 0
          ? t("tab.cancel_text", { What, Count: meeting.invitees.length })
          : t("tab.cancel_text_alone", { What })}
      </Text>
      {series && (
        <Field label={t("tab.cancel_scope")}>
          <RadioGroup value={scope} onChange={(_, { value }) => setScope(value as Scope)}>
            <Radio value="occurrence" label={t("tab.scope_occurrence")} />
            <Radio value="following" label={t("tab.scope_following")} />
            <Radio value="all" label={t("tab.scope_all")} />
          </RadioGroup>
        </Field>
      )}
      {meeting.invitees.length > 0 && (
        <Field label={t("tab.cancel_comment")} hint={t("tab.cancel_comment_hint")}>
          <Textarea
            value={comment}
            maxLength={1000}
            resize="vertical"
            onChange={(_, { value }) => setComment(value)}
          />
        </Field>
      )}
    </FormDialog>
  );
}
