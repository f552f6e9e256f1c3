// What the form offers, read once: its nonce must stay the same while it is filled in and sent, so that one form makes one meeting.

import { useCallback, useEffect, useState } from "react";
import { type Form, Problem, paths } from "../api";
import { useSession } from "../session";

export interface Offered {
  form?: Form;
  problem?: Problem;
  /** Reads again: another nonce, and what a new permission or another host offers. */
  renew(): void;
}

export function useForm(host: string, typed?: string): Offered {
  const { api, teams } = useSession();
  const at = teams.context.conversation;
  const [turn, setTurn] = useState(0);
  const [form, setForm] = useState<Form>();
  const [problem, setProblem] = useState<Problem>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn reads the same again.
  useEffect(() => {
    const ended = new AbortController();
    api.get<Form>(paths.form(host, at, typed), ended.signal).then(
      (read) => {
        setForm(read);
        setProblem(undefined);
      },
      (error) => {
        if (!ended.signal.aborted) setProblem(error instanceof Problem ? error : new Problem("internal", ""));
      },
    );
    return () => ended.abort();
  }, [api, host, at, typed, turn]);
  const renew = useCallback(() => setTurn((before) => before + 1), []);
  return { renew, ...(form ? { form } : {}), ...(problem ? { problem } : {}) };
}
