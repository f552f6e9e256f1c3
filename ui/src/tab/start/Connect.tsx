// Not connected yet, or not any more: what it does, and one button. The window that it opens goes through Zoom and Microsoft.

import { Button, Field, Input, Link, makeStyles, Spinner, Text, tokens } from "@fluentui/react-components";
import {
  CalendarLtrRegular,
  LinkRegular,
  PlugConnectedRegular,
  ShareRegular,
  VideoRegular,
} from "@fluentui/react-icons";
import { type FormEvent, type ReactElement, useEffect, useState } from "react";
import { type Me, paths } from "../api";
import { useAction, useSession } from "../session";
import { Bar, ProblemBar, StandIn } from "../shell/feedback";
import { WindowEnded } from "../teams";
import type { Key } from "../text/text";

const useStyles = makeStyles({
  list: {
    listStyle: "none",
    margin: "20px auto 0",
    padding: 0,
    display: "grid",
    gap: "14px",
    textAlign: "start",
    width: "fit-content",
  },
  item: { display: "grid", gridTemplateColumns: "24px 1fr", gap: "12px", alignItems: "start" },
  icon: { fontSize: "24px", color: tokens.colorBrandForeground1 },
  below: { display: "grid", gap: "12px", width: "100%", justifyItems: "center", textAlign: "start" },
  code: { display: "flex", gap: "8px", alignItems: "end", flexWrap: "wrap", justifyContent: "center" },
  digits: { width: "140px" },
  quiet: { color: tokens.colorNeutralForeground3, maxWidth: "440px", textAlign: "center" },
});

export interface ConnectProps {
  me: Me;
  why: "not_linked" | "relink";
  onConnected(): void;
  /** Leaves the step; without it there is nothing to go back to. */
  onLater?(): void;
}

export function Connect({ me, why, onConnected, onLater }: ConnectProps) {
  const styles = useStyles();
  const { t } = useSession();
  const connecting = useConnect(onConnected);
  const again = why === "relink";
  useEffect(() => {
    document.title = t("tab.name");
    document.querySelector<HTMLElement>("[data-heading]")?.focus();
  }, [t]);
  return (
    <StandIn
      level={1}
      tall
      icon={again ? <PlugConnectedRegular /> : <VideoRegular />}
      title={t(again ? "tab.relink_title" : "tab.connect_title")}
      actions={
        <div className={styles.below}>
          {connecting.busy ? (
            <Spinner label={t("tab.connect_waiting")} />
          ) : (
            <Button appearance="primary" size="large" icon={<LinkRegular />} onClick={connecting.open}>
              {t(again ? "tab.relink_button" : "tab.connect_button")}
            </Button>
          )}
          {connecting.ended && !connecting.busy && <Bar>{t("tab.connect_ended")}</Bar>}
          <ProblemBar problem={connecting.problem} />
          <Text size={200} className={styles.quiet}>
            {t("tab.connect_note")}
          </Text>
          {connecting.tried && <Code onCode={connecting.complete} busy={connecting.completing} />}
          {onLater && (
            <Button appearance="subtle" onClick={onLater}>
              {t("tab.not_now")}
            </Button>
          )}
        </div>
      }
    >
      {again ? t("tab.relink_text", { Name: me.zoomName ?? "Zoom" }) : <What />}
    </StandIn>
  );
}

/** What the app does, in three lines. */
function What() {
  const styles = useStyles();
  const { t } = useSession();
  const lines: [ReactElement, "tab.connect_see" | "tab.connect_schedule" | "tab.connect_share"][] = [
    [<CalendarLtrRegular key="see" />, "tab.connect_see"],
    [<VideoRegular key="schedule" />, "tab.connect_schedule"],
    [<ShareRegular key="share" />, "tab.connect_share"],
  ];
  return (
    <>
      {t("tab.connect_text")}
      <ul className={styles.list}>
        {lines.map(([icon, key]) => (
          <li key={key} className={styles.item}>
            <span className={styles.icon} aria-hidden>
              {icon}
            </span>
            <span>{t(key)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** For a window that could not hand its code back: it shows six digits instead. */
function Code({ onCode, busy }: { onCode(code: string): void; busy: boolean }) {
  const styles = useStyles();
  const { t } = useSession();
  const [open, setOpen] = useState(false);
  const [digits, setDigits] = useState("");
  const send = (event: FormEvent) => {
    event.preventDefault();
    onCode(digits.replace(/\D/g, ""));
  };
  if (!open) {
    return (
      <Link as="button" onClick={() => setOpen(true)}>
        {t("tab.connect_code_link")}
      </Link>
    );
  }
  return (
    <form className={styles.code} onSubmit={send}>
      <Field label={t("tab.connect_code")}>
        <Input
          className={styles.digits}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={digits}
          autoFocus
          onChange={(_, { value }) => setDigits(value)}
        />
      </Field>
      <Button type="submit" disabled={busy || digits.replace(/\D/g, "").length !== 6}>
        {t("tab.continue")}
      </Button>
    </form>
  );
}

const said = {
  connected: "tab.connected_calendar",
  missing: "tab.connected_no_calendar",
  no_mailbox: "tab.connected",
} as const satisfies Record<Me["calendarState"], Key>;

/** The connect window and what comes after it; also for the calendar, whose consent is its second leg. */
export function useConnect(onConnected: () => void) {
  const { api, teams, store, notify, t } = useSession();
  const window = useAction();
  const finishing = useAction();
  const [ended, setEnded] = useState(false);
  const [tried, setTried] = useState(false);
  const complete = async (code: string) => {
    const me = await api.complete(code);
    store.put(paths.me, ["account", "policy"], me);
    store.changed(["meetings"]);
    notify(t(said[me.calendarState]));
    onConnected();
  };
  const open = () =>
    window.run(async () => {
      setEnded(false);
      setTried(true);
      const { url } = await api.connect();
      try {
        const code = await teams.authenticate(url);
        await complete(code);
      } catch (error) {
        if (!(error instanceof WindowEnded)) throw error;
        setEnded(true);
      }
    });
  return {
    open: () => void open(),
    complete: (code: string) => void finishing.run(() => complete(code)),
    busy: window.busy,
    completing: finishing.busy,
    ended,
    tried,
    problem: window.problem ?? finishing.problem,
  };
}
