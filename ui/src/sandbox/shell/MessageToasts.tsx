// Says aloud and on screen that a message came into a chat that is not open.

import {
  Avatar,
  Link,
  Toast,
  ToastBody,
  Toaster,
  ToastTitle,
  ToastTrigger,
  useId,
  useToastController,
} from "@fluentui/react-components";
import { useEffect, useRef } from "react";
import type { Chat } from "../api";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { useText } from "../text/text";
import { useWorld } from "./world";

export function MessageToasts() {
  const id = useId("toaster");
  const { dispatchToast } = useToastController(id);
  const { t } = useText();
  const { phone } = usePreferences();
  const { me, chats, chatsLoading } = useWorld();
  const { place, go } = usePlace();
  const seen = useRef<{ person: string; last: Map<string, string> }>(undefined);

  useEffect(() => {
    if (chatsLoading) return;
    const last = new Map(chats.map((chat) => [chat.id, chat.last?.at ?? ""]));
    const before = seen.current?.person === me.handle ? seen.current.last : undefined;
    seen.current = { person: me.handle, last };
    if (!before) return;
    for (const chat of arrived(chats, before, me.name, place.item)) {
      dispatchToast(
        <Toast>
          <ToastTitle
            media={<Avatar name={chat.last?.from ?? chat.name} size={24} color="colorful" aria-hidden />}
            action={
              <ToastTrigger>
                <Link
                  as="button"
                  onClick={() => go({ page: chat.kind === "channel" ? "teams" : "chat", item: chat.id })}
                >
                  {t("toast.open")}
                </Link>
              </ToastTrigger>
            }
          >
            {chat.last?.from}
          </ToastTitle>
          <ToastBody subtitle={chat.kind === "group" || chat.kind === "channel" ? chat.name : undefined}>
            {chat.last?.text || t("chat.card")}
          </ToastBody>
        </Toast>,
        { timeout: 6000, intent: "info", politeness: "polite" },
      );
    }
  }, [chats, chatsLoading, me, place.item, dispatchToast, go, t]);

  return (
    <section aria-label={t("toast.label")}>
      <Toaster inline toasterId={id} position={phone ? "top" : "bottom-end"} limit={3} />
    </section>
  );
}

/** The chats in which somebody else said something since `before`, the open one left out. */
export function arrived(
  chats: Chat[],
  before: Map<string, string>,
  me: string,
  open: string | undefined,
): Chat[] {
  return chats.filter(
    (chat) =>
      chat.last && chat.id !== open && chat.last.from !== me && (before.get(chat.id) ?? "") < chat.last.at,
  );
}
