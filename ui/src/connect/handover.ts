// How the one-time code of a page gets to the Teams window that opened it.

/** What is used of teams-js. */
export interface Teams {
  initialize(origins: string[]): Promise<void>;
  notifySuccess(result: string): void;
}

export type Result = "nothing" | "manual" | "done";

/** Hands the page's code to Teams, or shows the manual code when nobody answers within patienceMs. */
export async function connect(page: Document, teams: Teams, patienceMs: number): Promise<Result> {
  const { result, origins = "" } = page.body.dataset;
  if (!result) return "nothing";
  page.body.dataset.state = "waiting";
  try {
    await within(patienceMs, teams.initialize(origins.split(/\s+/).filter(Boolean)));
    teams.notifySuccess(result);
  } catch {
    page.body.dataset.state = "manual";
    return "manual";
  }
  page.body.dataset.state = "done";
  return "done";
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("no answer")), ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
