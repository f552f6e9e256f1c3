// What is said to screen readers, and the sentence that shows for a moment at the foot of the page.

import { Button, makeStyles, tokens } from "@fluentui/react-components";
import { CheckmarkCircleRegular, DismissRegular } from "@fluentui/react-icons";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Hidden } from "./Hidden";

const shownMs = 6_000;

const useStyles = makeStyles({
  notice: {
    position: "fixed",
    insetInline: "16px",
    // Above the buttons that stay at the foot of a form.
    bottom: "calc(84px + env(safe-area-inset-bottom))",
    marginInline: "auto",
    width: "fit-content",
    maxWidth: "min(560px, calc(100vw - 32px))",
    boxSizing: "border-box",
    zIndex: 20,
    display: "flex",
    alignItems: "center",
    gap: "10px",
    padding: "8px 8px 8px 14px",
    paddingInline: "14px 8px",
    borderRadius: tokens.borderRadiusLarge,
    // The pair of the page, the other way round: with high contrast the inverted colours are both black.
    background: tokens.colorNeutralForeground1,
    color: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorTransparentStroke}`,
    boxShadow: tokens.shadow28,
    overflowWrap: "anywhere",
  },
  icon: { fontSize: "20px", flex: "none" },
  close: {
    color: "inherit",
    ":hover": { color: "inherit" },
    ":hover:active": { color: "inherit" },
  },
});

export interface Voice {
  announce(text: string): void;
  notify(text: string): void;
  said: string;
  notice: string;
  dismiss(): void;
}

export function useVoice(): Voice {
  const [said, setSaid] = useState("");
  const [notice, setNotice] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const announce = useCallback((text: string) => {
    // The same words twice are read twice only when the text differs.
    setSaid((before) => (before === text ? `${text}\u00a0` : text));
  }, []);
  const dismiss = useCallback(() => setNotice(""), []);
  const notify = useCallback(
    (text: string) => {
      announce(text);
      setNotice(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(dismiss, shownMs);
    },
    [announce, dismiss],
  );
  useEffect(() => () => clearTimeout(timer.current), []);
  return useMemo(
    () => ({ announce, notify, said, notice, dismiss }),
    [announce, notify, said, notice, dismiss],
  );
}

export interface AnnouncementsProps {
  voice: Voice;
  /** What the place is called in which sentences show. */
  label: string;
  dismissLabel: string;
}

export function Announcements({ voice, label, dismissLabel }: AnnouncementsProps) {
  const styles = useStyles();
  return (
    <>
      <div role="status">
        <Hidden>{voice.said}</Hidden>
      </div>
      {voice.notice && (
        <section className={styles.notice} aria-label={label} data-notice>
          <CheckmarkCircleRegular className={styles.icon} aria-hidden />
          <span>{voice.notice}</span>
          <Button
            className={styles.close}
            appearance="transparent"
            size="small"
            icon={<DismissRegular />}
            aria-label={dismissLabel}
            onClick={voice.dismiss}
          />
        </section>
      )}
    </>
  );
}
