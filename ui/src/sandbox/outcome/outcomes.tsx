// What an invoke leads to, shown as Teams shows it: a dialog, a sign-in, a result, a sentence.

import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { type ApiError, type App, type Attachment, api, type Dialog, type Outcome, type Popup } from "../api";
import { useText } from "../text/text";
import { OutcomeDialog } from "./OutcomeDialog";
import { openLink } from "./teamsLink";

export type Surface =
  | { kind: "busy"; title: string; installing?: boolean }
  | { kind: "dialog"; dialog: Dialog; busy: boolean; error?: string }
  | { kind: "auth"; popup: Popup }
  | { kind: "notice"; text: string; error: boolean };

export interface Origin {
  /** The app whose name and icon head the dialog. */
  app?: App | undefined;
  /** The name of the conversation, for the just-in-time installation. */
  place?: string;
  /** What to call the thing while it loads; without it nothing is shown before the answer. */
  title?: string;
  onResult?(attachments: Attachment[]): void;
  onCard?(card: Record<string, unknown>): void;
}

interface Outcomes {
  run(origin: Origin, work: () => Promise<Outcome>): Promise<void>;
}

const Context = createContext<Outcomes>({ run: async () => {} });
export const useOutcomes = () => useContext(Context);

/** Shows at most one surface at a time, as Teams does; a newer one replaces it. */
export function OutcomesProvider({ origins, children }: { origins: readonly string[]; children: ReactNode }) {
  const { t } = useText();
  const [surface, setSurface] = useState<Surface>();
  const [origin, setOrigin] = useState<Origin>({});
  const turn = useRef(0);

  const finish = useCallback((mine: number, from: Origin, outcome: Outcome) => {
    if (mine === turn.current) setSurface((before) => after(before, outcome));
    if (outcome.type === "result") from.onResult?.(outcome.attachments);
    if (outcome.type === "card") from.onCard?.(outcome.card);
    if (outcome.type === "open") openLink(outcome.url);
  }, []);

  const run = useCallback(
    async (from: Origin, work: () => Promise<Outcome>, meanwhile?: Surface) => {
      turn.current += 1;
      const mine = turn.current;
      setOrigin(from);
      setSurface(meanwhile ?? (from.title ? { kind: "busy", title: from.title } : undefined));
      try {
        finish(mine, from, await work());
      } catch (error) {
        const text =
          (error as ApiError).code === "unreachable" ? t("error.unreachable") : (error as Error).message;
        if (mine === turn.current) setSurface((before) => after(before, { type: "error", text }));
      }
    },
    [finish, t],
  );

  const dismiss = useCallback(() => {
    turn.current += 1;
    if (surface?.kind === "dialog") void api.cancelDialog(surface.dialog.id).catch(() => {});
    if (surface?.kind === "auth") void api.cancelPopup(surface.popup.id).catch(() => {});
    setSurface(undefined);
  }, [surface]);

  // A link in it may lead to another place of Teams: what lay over the one that is left lies over no other.
  useEffect(() => {
    if (!surface) return undefined;
    window.addEventListener("hashchange", dismiss);
    return () => window.removeEventListener("hashchange", dismiss);
  }, [surface, dismiss]);

  const value = useMemo(
    () => ({ run: (from: Origin, work: () => Promise<Outcome>) => run(from, work) }),
    [run],
  );
  return (
    <Context value={value}>
      {children}
      {surface && (
        <OutcomeDialog
          surface={surface}
          origin={origin}
          origins={origins}
          onDismiss={dismiss}
          onContinue={(work, meanwhile) => void run(origin, work, meanwhile)}
        />
      )}
    </Context>
  );
}

/** A form whose sending failed stays, with what it holds; anything else gives way to the outcome. */
function after(before: Surface | undefined, outcome: Outcome): Surface | undefined {
  if (outcome.type === "error" && before?.kind === "dialog")
    return { ...before, busy: false, error: outcome.text };
  return surfaceOf(outcome);
}

function surfaceOf(outcome: Outcome): Surface | undefined {
  switch (outcome.type) {
    case "dialog":
      return { kind: "dialog", dialog: outcome.dialog, busy: false };
    case "auth":
      return { kind: "auth", popup: outcome.popup };
    case "message":
      return { kind: "notice", text: outcome.text, error: false };
    case "error":
      return { kind: "notice", text: outcome.text, error: true };
    default:
      return undefined;
  }
}
