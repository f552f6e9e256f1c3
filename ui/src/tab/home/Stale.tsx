// Above a list that is one of earlier.

import { Button } from "@fluentui/react-components";
import type { Problem } from "../api";
import { useSession } from "../session";
import { Bar, ProblemBar } from "../shell/feedback";

/** The list is one of earlier: the connection is gone, or the last reading failed. */
export function Stale({ at, problem, onRetry }: { at: Date | undefined; problem: Problem; onRetry(): void }) {
  const { t, dates } = useSession();
  const retry = (
    <Button size="small" onClick={onRetry}>
      {t("tab.retry")}
    </Button>
  );
  if (problem.kind !== "offline") {
    return <ProblemBar problem={problem} />;
  }
  return (
    <Bar intent="warning" actions={retry} alert>
      {t("tab.offline_since", { Time: dates.time(at ?? new Date()) })}
    </Bar>
  );
}
