// "You need to sign in to use this app": one button that opens the app's own window, and what came of it.

import {
  Button,
  Link,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Spinner,
  Text,
  tokens,
} from "@fluentui/react-components";
import { OpenRegular } from "@fluentui/react-icons";
import { useEffect, useRef, useState } from "react";
import type { App, Popup } from "../api";
import { useText } from "../text/text";
import { type OpenPopup, openPopup } from "./popup";

const useStyles = makeStyles({
  root: { display: "grid", justifyItems: "center", gap: "16px", textAlign: "center", padding: "12px 0 8px" },
  quiet: { color: tokens.colorNeutralForeground3, maxWidth: "360px" },
});

export interface SignInProps {
  popup: Popup;
  app?: App | undefined;
  origins: readonly string[];
  onDone(state: string): void;
}

type Stage = "offer" | "waiting" | "blocked" | "closed" | "failed";

export function SignIn({ popup, app, origins, onDone }: SignInProps) {
  const styles = useStyles();
  const { t } = useText();
  const [stage, setStage] = useState<Stage>("offer");
  const opened = useRef<OpenPopup>(undefined);
  useEffect(() => () => opened.current?.close(), []);

  const open = async () => {
    const window = openPopup(popup.url, origins);
    opened.current = window;
    setStage(window ? "waiting" : "blocked");
    if (!window) return;
    const end = await window.ended;
    if (opened.current !== window) return;
    if (end.kind === "success") onDone(end.result);
    else setStage(end.kind === "closed" ? "closed" : "failed");
  };

  return (
    <div className={styles.root}>
      {stage !== "offer" && stage !== "waiting" && (
        <MessageBar intent={stage === "closed" ? "info" : "error"} layout="multiline">
          <MessageBarBody>{t(`signin.${stage}`)}</MessageBarBody>
        </MessageBar>
      )}
      <Text size={400} weight="semibold">
        {t("signin.lead", { app: app?.name ?? popup.title })}
      </Text>
      {stage === "waiting" ? (
        <>
          <Spinner label={t("signin.waiting")} />
          <Link as="button" onClick={() => opened.current?.focus()}>
            {t("signin.show")}
          </Link>
        </>
      ) : (
        <Button appearance="primary" size="large" icon={<OpenRegular />} onClick={open}>
          {popup.title || t("signin.button")}
        </Button>
      )}
      <Text className={styles.quiet} size={200}>
        {t("signin.note")}
      </Text>
    </div>
  );
}
