// The meeting that begins at once.

import { useRef } from "react";
import { once } from "../once";
import { useAction, useSession } from "../session";

/** Makes a meeting and opens it; pressed again before it was opened, it is the same meeting, unless that was refused. */
export function useStartNow() {
  const { api, teams, navigation, store, notify, t } = useSession();
  const action = useAction();
  const nonce = useRef("");
  const renew = () => {
    nonce.current = "";
  };
  const press = () =>
    void action.run(async () => {
      nonce.current ||= crypto.randomUUID();
      const made = await once(() => api.now(nonce.current, teams.context.conversation), renew);
      const { url } = await api.start(made.key);
      await teams.openLink(url);
      renew();
      store.changed(["meetings"]);
      notify([t("tab.now_made", { Topic: made.topic }), made.note].filter(Boolean).join(" "));
      navigation.go({ page: "meeting", key: made.key });
    });
  return { busy: action.busy, problem: action.problem, press };
}
