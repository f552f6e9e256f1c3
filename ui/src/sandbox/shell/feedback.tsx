// What stands in for content: loading, nothing there, failed.

import {
  Button,
  makeStyles,
  mergeClasses,
  Skeleton,
  SkeletonItem,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowClockwiseRegular, PlugDisconnectedRegular } from "@fluentui/react-icons";
import type { ReactElement, ReactNode } from "react";
import type { ApiError } from "../api";
import { useText } from "../text/text";

const useStyles = makeStyles({
  centre: {
    display: "grid",
    placeItems: "center",
    alignContent: "center",
    gap: "12px",
    padding: "32px 24px",
    textAlign: "center",
    height: "100%",
    boxSizing: "border-box",
  },
  compact: { height: "auto" },
  icon: { fontSize: "44px", lineHeight: 1, color: tokens.colorNeutralForeground3 },
  words: { maxWidth: "380px", color: tokens.colorNeutralForeground3 },
  rows: { display: "grid", gap: "18px", padding: "16px" },
  row: { display: "grid", gridTemplateColumns: "32px 1fr", gap: "12px", alignItems: "center" },
  lines: { display: "grid", gap: "6px" },
});

export interface EmptyProps {
  icon: ReactElement;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  compact?: boolean;
}

export function Empty({ icon, title, children, action, compact }: EmptyProps) {
  const styles = useStyles();
  return (
    <div className={mergeClasses(styles.centre, compact && styles.compact)}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <Text weight="semibold" size={400}>
        {title}
      </Text>
      {children && <Text className={styles.words}>{children}</Text>}
      {action}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: ApiError; onRetry(): void }) {
  const { t } = useText();
  return (
    <div role="alert" style={{ height: "100%" }}>
      <Empty
        icon={<PlugDisconnectedRegular />}
        title={t("error.title")}
        action={
          <Button icon={<ArrowClockwiseRegular />} onClick={onRetry}>
            {t("error.retry")}
          </Button>
        }
      >
        {error.code === "unreachable" ? t("error.unreachable") : error.message}
      </Empty>
    </div>
  );
}

const widths = ["70%", "45%", "60%", "80%", "50%", "65%"];

export function Loading({ rows = 6 }: { rows?: number }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <Skeleton aria-label={t("loading")} className={styles.rows}>
      {widths.slice(0, rows).map((width) => (
        <div key={width} className={styles.row}>
          <SkeletonItem shape="circle" size={32} />
          <div className={styles.lines}>
            <SkeletonItem size={12} style={{ width }} />
            <SkeletonItem size={8} style={{ width: "90%" }} />
          </div>
        </div>
      ))}
    </Skeleton>
  );
}
