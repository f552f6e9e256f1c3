// The clock of the emulated world, its keys, and starting over.

import { Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { ArrowResetRegular, ClockRegular, KeyRegular, LinkRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useState } from "react";
import { api } from "../api";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  page: {
    flex: 1,
    minWidth: 0,
    overflowY: "auto",
    padding: "16px 20px",
    display: "grid",
    alignContent: "start",
    gap: "14px",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(300px, 100%), 1fr))",
    maxWidth: "1000px",
  },
  box: {
    display: "grid",
    gap: "8px",
    alignContent: "start",
    padding: "18px",
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
  },
  head: { display: "flex", alignItems: "center", gap: "8px" },
  buttons: { display: "flex", gap: "8px", flexWrap: "wrap" },
  quiet: { color: tokens.colorNeutralForeground3 },
  clock: { fontVariantNumeric: "tabular-nums" },
});

const steps = ["5m", "15m", "1h", "24h"];

export function WorldControls() {
  const styles = useStyles();
  const { t } = useText();
  const { state } = useWorld();
  const outcomes = useOutcomes();
  const act = (work: () => Promise<unknown>) =>
    void outcomes.run({}, async () => {
      await work();
      live.refreshAll();
      return { type: "closed" };
    });
  return (
    <div className={styles.page}>
      <Box icon={<ClockRegular fontSize={20} />} title={t("dev.clock")}>
        <Now />
        <div className={styles.buttons}>
          {steps.map((step) => (
            <Button key={step} size="small" onClick={() => act(() => api.advance(step))}>
              +{step}
            </Button>
          ))}
        </div>
      </Box>
      <Box icon={<KeyRegular fontSize={20} />} title={t("dev.keys")}>
        <Text className={styles.quiet}>{t("dev.keys.body")}</Text>
        <div className={styles.buttons}>
          <Button size="small" onClick={() => act(() => api.rotateKeys())}>
            {t("dev.keys.rotate")}
          </Button>
        </div>
      </Box>
      <Box icon={<ArrowResetRegular fontSize={20} />} title={t("dev.reset")}>
        <Text className={styles.quiet}>{t("dev.reset.body")}</Text>
        <div className={styles.buttons}>
          <Button size="small" onClick={() => act(() => api.reset())}>
            {t("dev.reset")}
          </Button>
        </div>
      </Box>
      <Box icon={<LinkRegular fontSize={20} />} title={t("dev.product")}>
        <Text>{state?.productUrl}</Text>
      </Box>
    </div>
  );
}

function Box({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.box} aria-label={title}>
      <div className={styles.head}>
        {icon}
        <Text as="h3" weight="semibold">
          {title}
        </Text>
      </div>
      {children}
    </section>
  );
}

function Now() {
  const styles = useStyles();
  const { format } = useText();
  const { now, me } = useWorld();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return (
    <Text size={500} className={styles.clock}>
      {format(now(), { dateStyle: "medium", timeStyle: "medium" }, me.zone)}
    </Text>
  );
}
