// The window of an app's answer: header with the app's icon, and a card, a page, a sign-in or a sentence in it.

import {
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  Spinner,
  tokens,
} from "@fluentui/react-components";
import { DismissRegular, ErrorCircleRegular, InfoRegular } from "@fluentui/react-icons";
import { api, type Outcome } from "../api";
import { asksToInstall } from "../card/actions";
import { LazyCard } from "../card/LazyCard";
import { usePreferences } from "../preferences";
import { AppIcon } from "../shell/AppIcon";
import { useText } from "../text/text";
import type { Origin, Surface } from "./outcomes";
import { PageFrame } from "./PageFrame";
import { SignIn } from "./SignIn";

const useStyles = makeStyles({
  surface: { maxWidth: "min(720px, calc(100vw - 32px))", padding: 0, overflow: "hidden", maxHeight: "90vh" },
  phone: {
    position: "fixed",
    inset: 0,
    width: "100%",
    maxWidth: "100%",
    maxHeight: "100%",
    height: "100%",
    borderRadius: 0,
    margin: 0,
  },
  body: { gap: 0, display: "flex", flexDirection: "column", maxHeight: "90vh", minHeight: 0 },
  fill: { maxHeight: "100%", height: "100%" },
  title: {
    display: "flex",
    alignItems: "center",
    gap: "12px",
    padding: "14px 12px 14px 20px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
  },
  words: { flex: 1, minWidth: 0, overflowWrap: "anywhere" },
  appName: {
    display: "block",
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    fontWeight: 400,
    color: tokens.colorNeutralForeground3,
  },
  content: { padding: "20px", overflowY: "auto", flex: 1, minHeight: 0 },
  bare: { padding: 0, display: "flex" },
  centre: { display: "grid", placeItems: "center", minHeight: "140px" },
  notice: { display: "flex", gap: "12px", alignItems: "flex-start", minHeight: "48px" },
  icon: { fontSize: "24px", flex: "none", color: tokens.colorBrandForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
  foot: { display: "flex", justifyContent: "flex-end", paddingTop: "16px" },
  error: { marginBottom: "16px" },
  lead: {
    margin: "0 0 16px",
    padding: "12px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground3,
    display: "flex",
    gap: "12px",
    alignItems: "center",
  },
});

const widths = { small: 320, medium: 480, large: 640 };
const heights = { small: 280, medium: 420, large: 620 };

export interface OutcomeDialogProps {
  surface: Surface;
  origin: Origin;
  origins: readonly string[];
  onDismiss(): void;
  onContinue(work: () => Promise<Outcome>, meanwhile: Surface): void;
}

export function OutcomeDialog(props: OutcomeDialogProps) {
  const { surface, origin, onDismiss } = props;
  const styles = useStyles();
  const { t } = useText();
  const { phone, framed } = usePreferences();
  const full = phone && !framed;
  const width = framed ? Math.min(358, widthOf(surface)) : widthOf(surface);
  return (
    <Dialog
      open
      modalType="modal"
      onOpenChange={(_, change) => !change.open && change.type !== "backdropClick" && onDismiss()}
    >
      <DialogSurface
        className={mergeClasses(styles.surface, full && styles.phone)}
        style={full ? {} : { width }}
      >
        <DialogBody className={mergeClasses(styles.body, full && styles.fill)}>
          <DialogTitle className={styles.title} action={null}>
            {origin.app && <AppIcon app={origin.app} size={32} />}
            <span className={styles.words}>
              {titleOf(surface, origin, t("dialog.untitled"))}
              {origin.app && <span className={styles.appName}>{origin.app.name}</span>}
            </span>
            <Button
              appearance="subtle"
              icon={<DismissRegular />}
              aria-label={t("dialog.close")}
              onClick={onDismiss}
            />
          </DialogTitle>
          <Content {...props} />
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

function Content({ surface, origin, origins, onDismiss, onContinue }: OutcomeDialogProps) {
  const styles = useStyles();
  const { t } = useText();
  switch (surface.kind) {
    case "busy":
      return (
        <DialogContent className={mergeClasses(styles.content, styles.centre)}>
          <Spinner
            label={
              surface.installing
                ? t("install.adding", { app: origin.app?.name ?? "", place: origin.place ?? "" })
                : t("dialog.loading")
            }
          />
        </DialogContent>
      );
    case "auth":
      return (
        <DialogContent className={styles.content}>
          <SignIn
            popup={surface.popup}
            app={origin.app}
            origins={origins}
            onDone={(state) =>
              onContinue(() => api.completePopup(surface.popup.id, state), {
                kind: "busy",
                title: origin.title ?? surface.popup.title,
              })
            }
          />
        </DialogContent>
      );
    case "notice":
      return (
        <DialogContent className={styles.content}>
          <div className={styles.notice} role={surface.error ? "alert" : "status"}>
            {surface.error ? (
              <ErrorCircleRegular className={mergeClasses(styles.icon, styles.bad)} />
            ) : (
              <InfoRegular className={styles.icon} />
            )}
            <span className={styles.words}>{surface.text}</span>
          </div>
          <div className={styles.foot}>
            <Button appearance="primary" onClick={onDismiss}>
              {t("dialog.ok")}
            </Button>
          </div>
        </DialogContent>
      );
    case "dialog":
      return <DialogTask surface={surface} origin={origin} origins={origins} onContinue={onContinue} />;
  }
}

type TaskProps = Pick<OutcomeDialogProps, "origin" | "origins" | "onContinue"> & {
  surface: Extract<Surface, { kind: "dialog" }>;
};

function DialogTask({ surface, origin, origins, onContinue }: TaskProps) {
  const styles = useStyles();
  const { t } = useText();
  const { dialog } = surface;
  if (dialog.url) {
    return (
      <DialogContent className={mergeClasses(styles.content, styles.bare)}>
        <PageFrame
          url={dialog.url}
          title={dialog.title}
          frame="task"
          origins={origins}
          height={sizeOf(dialog.height, heights, 420)}
          onSubmit={(data) =>
            onContinue(() => api.submitDialog(dialog.id, { data }), { kind: "busy", title: dialog.title })
          }
        />
      </DialogContent>
    );
  }
  const installs = asksToInstall(dialog.card);
  return (
    <DialogContent className={styles.content}>
      {installs && origin.app && (
        <div className={styles.lead}>
          <AppIcon app={origin.app} size={40} />
          <span className={styles.words}>
            {t("install.lead", { app: origin.app.name, place: origin.place ?? "" })}
          </span>
        </div>
      )}
      {surface.error && (
        <MessageBar intent="error" layout="multiline" className={styles.error}>
          <MessageBarBody>{surface.error}</MessageBarBody>
        </MessageBar>
      )}
      <LazyCard
        card={dialog.card ?? {}}
        label={dialog.title}
        busy={surface.busy}
        onAction={(action, data) =>
          onContinue(
            () => api.submitDialog(dialog.id, { action, data }),
            installs
              ? { kind: "busy", title: dialog.title, installing: true }
              : { kind: "dialog", dialog, busy: true },
          )
        }
      />
      {surface.busy && <Spinner size="tiny" label={t("dialog.sending")} labelPosition="after" />}
    </DialogContent>
  );
}

function titleOf(surface: Surface, origin: Origin, untitled: string): string {
  if (surface.kind === "dialog") return surface.dialog.title || untitled;
  if (surface.kind === "auth") return surface.popup.title || untitled;
  return (surface.kind === "busy" ? surface.title : origin.title) ?? origin.app?.name ?? untitled;
}

function widthOf(surface: Surface): number {
  return surface.kind === "dialog" ? sizeOf(surface.dialog.width, widths, 480) : 480;
}

function sizeOf<T extends string>(
  size: number | T | undefined,
  names: Record<T, number>,
  usual: number,
): number {
  if (typeof size === "number") return Math.max(280, size);
  return size ? names[size] : usual;
}
