// What stands in for content, or above it: nothing there, failed, offline, a problem with what was done.

import { Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  ArrowClockwiseRegular,
  ErrorCircleRegular,
  InfoRegular,
  PlugDisconnectedRegular,
  WarningRegular,
} from "@fluentui/react-icons";
import type { ReactElement, ReactNode } from "react";
import { Problem } from "../api";
import { sentence, useSession } from "../session";

const useStyles = makeStyles({
  centre: {
    display: "grid",
    justifyItems: "center",
    alignContent: "center",
    gap: "12px",
    padding: "40px 16px",
    textAlign: "center",
  },
  tall: { minHeight: "60vh" },
  picture: {
    display: "grid",
    placeItems: "center",
    width: "88px",
    height: "88px",
    borderRadius: "50%",
    fontSize: "44px",
    color: tokens.colorBrandForeground1,
    background: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorTransparentStroke}`,
  },
  title: { outline: "none" },
  words: { maxWidth: "440px", color: tokens.colorNeutralForeground2, lineHeight: "22px" },
  actions: { display: "flex", gap: "8px", flexWrap: "wrap", justifyContent: "center", paddingTop: "4px" },
  bar: {
    display: "flex",
    flexWrap: "wrap",
    alignItems: "flex-start",
    columnGap: "10px",
    rowGap: "8px",
    padding: "10px 12px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    background: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground1,
    overflowWrap: "anywhere",
  },
  barIcon: { fontSize: "20px", flex: "none" },
  barWords: { flex: "1 1 200px", minWidth: 0, lineHeight: "20px" },
  warning: {
    background: tokens.colorStatusWarningBackground1,
    borderTopColor: tokens.colorStatusWarningBorder1,
    borderBottomColor: tokens.colorStatusWarningBorder1,
    borderLeftColor: tokens.colorStatusWarningBorder1,
    borderRightColor: tokens.colorStatusWarningBorder1,
  },
  warningIcon: { color: tokens.colorStatusWarningForeground3 },
  error: {
    background: tokens.colorStatusDangerBackground1,
    borderTopColor: tokens.colorStatusDangerBorder1,
    borderBottomColor: tokens.colorStatusDangerBorder1,
    borderLeftColor: tokens.colorStatusDangerBorder1,
    borderRightColor: tokens.colorStatusDangerBorder1,
  },
  errorIcon: { color: tokens.colorStatusDangerForeground1 },
});

export interface StandInProps {
  icon: ReactElement;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  /** It is all that the page shows. */
  tall?: boolean;
  /** Its title is the page's heading. */
  level?: 1 | 2 | 3;
}

export function StandIn({ icon, title, children, actions, tall, level = 2 }: StandInProps) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.centre, tall && styles.tall)}>
      <span className={styles.picture} aria-hidden>
        {icon}
      </span>
      <Text
        as={`h${level}`}
        align="center"
        className={styles.title}
        weight="semibold"
        size={level === 1 ? 600 : 500}
        tabIndex={-1}
        data-heading
      >
        {title}
      </Text>
      {children && <div className={styles.words}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}

/** A reading that failed and that left nothing to show. */
export function Failed({ problem, onRetry, level }: { problem: unknown; onRetry(): void; level?: 1 | 2 }) {
  const { t } = useSession();
  const offline = problem instanceof Problem && problem.kind === "offline";
  return (
    <div role="alert">
      <StandIn
        icon={offline ? <PlugDisconnectedRegular /> : <ErrorCircleRegular />}
        title={t(offline ? "tab.offline_title" : "tab.failed_title")}
        tall
        {...(level ? { level } : {})}
        actions={
          <Button appearance="primary" icon={<ArrowClockwiseRegular />} onClick={onRetry}>
            {t("tab.retry")}
          </Button>
        }
      >
        {sentence(problem, t)}
        <Reference problem={problem} />
      </StandIn>
    </div>
  );
}

/** What helpdesk finds the failure by, unless the sentence says it already. */
function Reference({ problem }: { problem: unknown }) {
  const { t } = useSession();
  const reference = problem instanceof Problem ? problem.more.reference : undefined;
  if (!reference || (problem as Problem).message.includes(reference)) return null;
  return <div>{t("tab.reference", { Reference: reference })}</div>;
}

export interface BarProps {
  intent?: "info" | "warning" | "error";
  children: ReactNode;
  actions?: ReactNode;
  /** It appeared because of something the person did. */
  alert?: boolean;
}

export function Bar({ intent = "info", children, actions, alert }: BarProps) {
  const styles = useStyles();
  const Icon = { info: InfoRegular, warning: WarningRegular, error: ErrorCircleRegular }[intent];
  return (
    <div
      className={mergeClasses(
        styles.bar,
        intent === "warning" && styles.warning,
        intent === "error" && styles.error,
      )}
      role={alert ? "alert" : undefined}
    >
      <Icon
        className={mergeClasses(
          styles.barIcon,
          intent === "warning" && styles.warningIcon,
          intent === "error" && styles.errorIcon,
        )}
        aria-hidden
      />
      <div className={styles.barWords}>{children}</div>
      {actions}
    </div>
  );
}

/** What went wrong with what the person did; until when, when that is known; and the reference. */
export function ProblemBar({ problem }: { problem: Problem | undefined }) {
  const { t, dates } = useSession();
  if (!problem) return null;
  const { until } = problem.more;
  return (
    <Bar intent={problem.kind === "busy" ? "warning" : "error"} alert>
      {sentence(problem, t)}
      {until && <div>{t("tab.busy_until", { Time: dates.soon(until, new Date()) })}</div>}
      <Reference problem={problem} />
    </Bar>
  );
}
