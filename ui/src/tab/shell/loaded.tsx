// A page or dialog whose script is loaded when it is shown. A script that does not come leaves the rest of the tab as it is: that is said,
// and it is asked for once more.

import { Button, Spinner, Text } from "@fluentui/react-components";
import { ArrowClockwiseRegular, PlugDisconnectedRegular } from "@fluentui/react-icons";
import { Component, type ComponentType, lazy, type ReactNode, Suspense, useState } from "react";
import { paths } from "../api";
import { type Action, useAction, useSession } from "../session";
import { Waiting } from "../start/Waiting";
import { FormDialog } from "./FormDialog";
import { ProblemBar, StandIn } from "./feedback";

type Load<Props> = () => Promise<{ default: ComponentType<Props> }>;

/** A page that is loaded when it is opened. */
export const page = <Props extends object>(load: Load<Props>) => part(load, FailedPage, <Waiting />);

/** A dialog that is loaded when it is opened. */
export const dialog = <Props extends DialogProps>(load: Load<Props>) => part(load, FailedDialog);

interface DialogProps {
  onClose(): void;
}

interface Again {
  action: Action;
  again(): void;
}

function FailedPage({ action, again }: Again) {
  const { t, navigation } = useSession();
  return (
    <div role="alert">
      <StandIn
        level={1}
        tall
        icon={<PlugDisconnectedRegular />}
        title={t("tab.part_title")}
        actions={
          <>
            <Button
              appearance="primary"
              icon={action.busy ? <Spinner size="tiny" /> : <ArrowClockwiseRegular />}
              disabledFocusable={action.busy}
              onClick={again}
            >
              {t("tab.retry")}
            </Button>
            <Button onClick={navigation.back}>{t("tab.back")}</Button>
          </>
        }
      >
        {t("tab.part_text")}
        <ProblemBar problem={action.problem} />
      </StandIn>
    </div>
  );
}

function FailedDialog({ action, again, onClose }: Again & DialogProps) {
  const { t } = useSession();
  return (
    <FormDialog
      title={t("tab.part_dialog")}
      submit={t("tab.retry")}
      action={action}
      onSubmit={again}
      onClose={onClose}
    >
      <Text>{t("tab.part_text")}</Text>
    </FormDialog>
  );
}

function part<Props extends object>(
  load: Load<Props>,
  Failed: ComponentType<Props & Again>,
  waiting?: ReactNode,
): ComponentType<Props> {
  // What React has failed to load it does not load again.
  let Loaded = lazy(load);
  const forget = () => {
    Loaded = lazy(load);
  };
  return function Part(props: Props) {
    const { api } = useSession();
    const action = useAction();
    const [attempt, setAttempt] = useState(0);
    const again = () =>
      void action.run(async () => {
        try {
          await load();
          setAttempt((before) => before + 1);
        } catch {
          // With a connection it is the tab that is too old: its scripts are those of the version before, and a browser keeps them.
          await api.get(paths.me);
          window.location.reload();
        }
      });
    return (
      <Boundary key={attempt} onFailed={forget} instead={<Failed {...props} action={action} again={again} />}>
        <Suspense fallback={waiting}>
          <Loaded {...props} />
        </Suspense>
      </Boundary>
    );
  };
}

interface BoundaryProps {
  instead: ReactNode;
  children: ReactNode;
  onFailed(): void;
}

class Boundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidCatch() {
    this.props.onFailed();
  }

  override render() {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
