// A dialog that asks for something: its heading, its fields, what went wrong, and its buttons.

import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Spinner,
} from "@fluentui/react-components";
import { type FormEvent, type ReactNode, useEffect, useState } from "react";
import { type Action, useSession } from "../session";
import { ProblemBar } from "./feedback";

const useStyles = makeStyles({
  surface: { maxWidth: "min(520px, calc(100vw - 24px))", "@media (max-width: 480px)": { padding: "16px" } },
  // Side by side on phones too: what is stacked pushes the fields off a small screen.
  buttons: {
    "@media screen and (max-width: 480px)": {
      display: "flex",
      flexDirection: "row",
      width: "100%",
      "& > *": { flex: 1, width: "auto" },
    },
  },
  content: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "16px", paddingBlock: "4px" },
});

export interface FormDialogProps {
  title: string;
  /** What the main button says; without it there is only Close. */
  submit?: string;
  /** The button takes something away; what the other one says, which keeps it. */
  keep?: string;
  action: Action;
  disabled?: boolean;
  children: ReactNode;
  onSubmit?(): void;
  onClose(): void;
}

export function FormDialog(props: FormDialogProps) {
  const { title, submit, keep, action, disabled, children, onSubmit, onClose } = props;
  const styles = useStyles();
  const { t } = useSession();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!action.busy && !disabled) onSubmit?.();
  };
  useComingBack();
  const general = action.problem?.more.fields ? undefined : action.problem;
  return (
    <Dialog open modalType={keep ? "alert" : "modal"} onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={styles.surface}>
        <form onSubmit={send} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={styles.content}>
              {children}
              <ProblemBar problem={general} />
            </DialogContent>
            <DialogActions fluid className={styles.buttons}>
              <Button onClick={onClose}>{keep ?? t(submit ? "tab.cancel_dialog" : "tab.close")}</Button>
              {submit && (
                <Button
                  type="submit"
                  appearance="primary"
                  disabledFocusable={action.busy || disabled}
                  icon={action.busy ? <Spinner size="tiny" /> : undefined}
                >
                  {submit}
                </Button>
              )}
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}

/** When the dialog goes, the focus is where it was before, if that is still there. */
function useComingBack() {
  const [before] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(
    () => () => {
      setTimeout(() => {
        if (before?.isConnected) before.focus();
      });
    },
    [before],
  );
}
