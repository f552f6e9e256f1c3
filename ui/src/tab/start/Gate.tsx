// What stands before everything: an administrator's approval, an administrator's switch, or Teams that does not say who is there.

import { Button, makeStyles, Text, Textarea, tokens } from "@fluentui/react-components";
import {
  ArrowClockwiseRegular,
  CheckmarkCircleFilled,
  CircleHintRegular,
  CopyRegular,
  KeyRegular,
  LockClosedRegular,
  ShieldTaskRegular,
} from "@fluentui/react-icons";
import type { Me, Gate as Missing } from "../api";
import { useSession } from "../session";
import { StandIn } from "../shell/feedback";
import { useCopy } from "../shell/useCopy";

const useStyles = makeStyles({
  steps: {
    listStyle: "none",
    margin: "16px auto 0",
    padding: 0,
    display: "grid",
    gap: "8px",
    textAlign: "start",
    width: "fit-content",
  },
  step: { display: "flex", gap: "8px", alignItems: "center" },
  done: { color: tokens.colorStatusSuccessForeground1, fontSize: "20px" },
  open: { color: tokens.colorNeutralForeground3, fontSize: "20px" },
  ask: { marginTop: "16px", display: "grid", gap: "6px", textAlign: "start" },
  text: { width: "100%" },
});

/** One side, or both, has not been approved: which, who can, and a text for that person. */
export function Gate({ me, gate, onRetry }: { me: Me; gate: Missing; onRetry(): void }) {
  const styles = useStyles();
  const { t } = useSession();
  const copy = useCopy();
  return (
    <StandIn
      level={1}
      tall
      icon={<ShieldTaskRegular />}
      title={t("tab.gate_title")}
      actions={
        <>
          <Button
            appearance="primary"
            icon={<CopyRegular />}
            onClick={() => void copy(gate.ask, t("tab.copied_text"))}
          >
            {t("tab.gate_copy")}
          </Button>
          <Button icon={<ArrowClockwiseRegular />} onClick={onRetry}>
            {t("tab.check_again")}
          </Button>
        </>
      }
    >
      {gate.text}
      <ul className={styles.steps}>
        <Side name={t("tab.gate_zoom")} done={me.approved.zoom} />
        <Side name={t("tab.gate_microsoft")} done={me.approved.microsoft} />
      </ul>
      <div className={styles.ask}>
        <Text weight="semibold" id="ask">
          {t("tab.gate_ask")}
        </Text>
        <Textarea
          className={styles.text}
          readOnly
          rows={4}
          resize="vertical"
          value={gate.ask}
          aria-labelledby="ask"
        />
      </div>
    </StandIn>
  );
}

function Side({ name, done }: { name: string; done: boolean }) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <li className={styles.step}>
      {done ? (
        <CheckmarkCircleFilled className={styles.done} aria-hidden />
      ) : (
        <CircleHintRegular className={styles.open} aria-hidden />
      )}
      <span>
        {name} · <b>{t(done ? "tab.gate_approved" : "tab.gate_waiting")}</b>
      </span>
    </li>
  );
}

export function SwitchedOff() {
  const { t } = useSession();
  return (
    <StandIn level={1} tall icon={<LockClosedRegular />} title={t("tab.off_title")}>
      {t("tab.off_text")}
    </StandIn>
  );
}

/** Teams gave no token, or the product refused it: mostly Microsoft's consent is missing. */
export function NotSignedIn({ reason, onRetry }: { reason: string; onRetry(): void }) {
  const { t } = useSession();
  const copy = useCopy();
  return (
    <StandIn
      level={1}
      tall
      icon={<KeyRegular />}
      title={t("tab.signin_title")}
      actions={
        <>
          <Button appearance="primary" icon={<ArrowClockwiseRegular />} onClick={onRetry}>
            {t("tab.retry")}
          </Button>
          <Button
            icon={<CopyRegular />}
            onClick={() => void copy(t("tab.signin_ask", { Reason: reason || "-" }), t("tab.copied_text"))}
          >
            {t("tab.gate_copy")}
          </Button>
        </>
      }
    >
      {t("tab.signin_text")}
      {reason && <div>{t("tab.signin_reason", { Reason: reason })}</div>}
    </StandIn>
  );
}
