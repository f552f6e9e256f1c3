// What every part of the tab shares: Teams around it, the product behind it, the words, and who is looking.

import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import { type Api, type Me, Problem } from "./api";
import type { Navigation } from "./place";
import type { Store } from "./store";
import type { Teams, TeamsContext } from "./teams";
import { Dates } from "./text/dates";
import { type Key, type Language, languageOf, localeOf, translate, type Values } from "./text/text";

export interface Session {
  teams: Teams;
  api: Api;
  store: Store;
  /** The language of the person, "" while only Teams' own is known. */
  setLanguage(chosen: string): void;
  language: Language;
  t(key: Key, values?: Values): string;
  dates: Dates;
  navigation: Navigation;
  /** Says something to people who do not see the page change. */
  announce(text: string): void;
  /** Shows a sentence for a moment, and says it. */
  notify(text: string): void;
  /** The place that was opened from a list last, for the focus to come back to. */
  opened: { current: string };
  /** Work that goes on by itself once the Zoom account is connected. */
  afterConnecting(work: () => void): void;
}

const Context = createContext<Session | undefined>(undefined);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <Context value={session}>{children}</Context>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (!session) throw new Error("useSession outside SessionProvider");
  return session;
}

/** The words and dates for a chosen language ("" for that of Teams) in Teams' locale and zone. */
export function useWords(
  { locale, zone }: TeamsContext,
  chosen: string,
): Pick<Session, "language" | "t" | "dates"> {
  return useMemo(() => {
    const language = languageOf(chosen, locale);
    return {
      language,
      t: (key, values) => translate(language, key, values),
      dates: new Dates(localeOf(language, locale), zone),
    };
  }, [chosen, locale, zone]);
}

const MeContext = createContext<Me | undefined>(undefined);

export function MeProvider({ me, children }: { me: Me; children: ReactNode }) {
  return <MeContext value={me}>{children}</MeContext>;
}

/** Who is looking; only below the steps that need to know no more than that. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe outside MeProvider");
  return me;
}

/** The sentence for a failure of any kind. */
export function sentence(error: unknown, t: Session["t"]): string {
  if (!(error instanceof Problem)) return t("tab.failed_unknown");
  if (error.kind === "offline") return t("tab.failed_offline");
  return error.message || t("tab.failed_unknown");
}

export interface Action {
  busy: boolean;
  problem?: Problem;
  /** Does the work unless it is being done; a problem is kept and said. Work that needs the Zoom account first goes on after connecting. */
  run(work: () => Promise<void>): Promise<void>;
  clear(): void;
}

/** One thing that a person sets off: once at a time, with what went wrong. */
export function useAction(): Action {
  const { announce, afterConnecting, store, t } = useSession();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const clear = useCallback(() => setProblem(undefined), []);
  const run = useCallback(
    async (work: () => Promise<void>) => {
      setBusy(true);
      setProblem(undefined);
      try {
        await work();
      } catch (error) {
        const found = error instanceof Problem ? error : new Problem("internal", sentence(error, t));
        if (found.kind === "not_linked" || found.kind === "consent") {
          afterConnecting(() => void run(work));
        } else {
          if (found.kind === "not_ready") store.changed(["policy"]);
          setProblem(found);
          announce(sentence(found, t));
        }
      } finally {
        setBusy(false);
      }
    },
    [announce, afterConnecting, store, t],
  );
  return useMemo(() => ({ busy, run, clear, ...(problem ? { problem } : {}) }), [busy, run, clear, problem]);
}
