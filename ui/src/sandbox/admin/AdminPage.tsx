// What the administrator of both sides can do: approve at Zoom; upload, consent and remove at Microsoft.

import { Badge, Button, makeStyles, Text, tokens } from "@fluentui/react-components";
import { CheckmarkCircleFilled, CircleRegular, ShieldPersonRegular } from "@fluentui/react-icons";
import type { ReactNode } from "react";
import { api } from "../api";
import { live } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { usePlace } from "../place";
import { Empty, Loading } from "../shell/feedback";
import { administrator, useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, overflowY: "auto", padding: "14px 20px 24px" },
  lead: { color: tokens.colorNeutralForeground3, display: "block", padding: "4px 0 14px", maxWidth: "720px" },
  sides: {
    display: "grid",
    gridTemplateColumns: "repeat(auto-fit, minmax(min(320px, 100%), 1fr))",
    gap: "16px",
    maxWidth: "1000px",
  },
  side: {
    display: "grid",
    alignContent: "start",
    gap: "4px",
    padding: "20px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow2,
  },
  step: {
    display: "grid",
    gridTemplateColumns: "24px minmax(0, 1fr)",
    gap: "10px",
    padding: "12px 0",
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  done: { fontSize: "22px", color: tokens.colorStatusSuccessForeground1 },
  open: { fontSize: "22px", color: tokens.colorNeutralForeground3 },
  words: { display: "grid", gap: "6px" },
  quiet: { color: tokens.colorNeutralForeground3 },
  head: { display: "flex", alignItems: "center", gap: "10px", paddingBottom: "10px" },
  buttons: { display: "flex", gap: "8px", paddingTop: "4px" },
});

export default function AdminPage() {
  const styles = useStyles();
  const { t } = useText();
  const { me, state } = useWorld();
  const { go } = usePlace();
  if (me.handle !== administrator) {
    return (
      <Empty
        icon={<ShieldPersonRegular />}
        title={t("admin.only")}
        action={<Button onClick={() => go({ person: administrator })}>{t("apps.empty.switch")}</Button>}
      />
    );
  }
  if (!state) return <Loading />;
  return (
    <div className={styles.page}>
      <Text as="h2" size={500} weight="bold">
        {t("rail.admin")}
      </Text>
      <Text className={styles.lead}>{t("admin.lead")}</Text>
      <div className={styles.sides}>
        <Side name={t("admin.zoom")} ready={state.zoomApproved}>
          <Step done={state.zoomApproved} title={t("admin.zoom.title")} body={t("admin.zoom.body")}>
            <Act
              label={t("admin.zoom.approve")}
              off={state.zoomApproved}
              work={() => api.approveZoom(true)}
            />
            <Act
              label={t("admin.zoom.withdraw")}
              off={!state.zoomApproved}
              work={() => api.approveZoom(false)}
            />
          </Step>
        </Side>
        <Side name={t("admin.microsoft")} ready={state.packageUploaded && state.consented}>
          <Step done={state.packageUploaded} title={t("admin.upload.title")} body={t("admin.upload.body")}>
            <Act label={t("admin.upload.act")} off={state.packageUploaded} work={() => api.uploadPackage()} />
            <Act
              label={t("admin.upload.remove")}
              off={!state.packageUploaded}
              work={() => api.removePackage()}
            />
          </Step>
          <Step done={state.consented} title={t("admin.consent.title")} body={t("admin.consent.body")}>
            <Act label={t("admin.consent.grant")} off={state.consented} work={() => api.consent(true)} />
            <Act label={t("admin.consent.withdraw")} off={!state.consented} work={() => api.consent(false)} />
          </Step>
        </Side>
      </div>
    </div>
  );
}

function Side({ name, ready, children }: { name: string; ready: boolean; children: ReactNode }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <section className={styles.side} aria-label={name}>
      <div className={styles.head}>
        <Text as="h3" size={400} weight="semibold">
          {name}
        </Text>
        <Badge appearance="tint" color={ready ? "success" : "warning"}>
          {t(ready ? "admin.ready" : "admin.waiting")}
        </Badge>
      </div>
      {children}
    </section>
  );
}

interface StepProps {
  done: boolean;
  title: string;
  body: string;
  children: ReactNode;
}

function Step({ done, title, body, children }: StepProps) {
  const styles = useStyles();
  return (
    <div className={styles.step}>
      {done ? <CheckmarkCircleFilled className={styles.done} /> : <CircleRegular className={styles.open} />}
      <div className={styles.words}>
        <Text weight="semibold">{title}</Text>
        <Text size={200} className={styles.quiet}>
          {body}
        </Text>
        <div className={styles.buttons}>{children}</div>
      </div>
    </div>
  );
}

function Act({ label, off, work }: { label: string; off: boolean; work(): Promise<unknown> }) {
  const outcomes = useOutcomes();
  return (
    <Button
      size="small"
      disabled={off}
      onClick={() =>
        void outcomes.run({}, async () => {
          await work();
          live.refreshAll();
          return { type: "closed" };
        })
      }
    >
      {label}
    </Button>
  );
}
