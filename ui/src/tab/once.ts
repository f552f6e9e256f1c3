// A meeting is made once for each nonce.

import { Problem } from "./api";

/** Makes something under a nonce, which is renewed after a refusal, and kept while it is not known what came of it: then the same nonce finds that. */
export async function once<T>(make: () => Promise<T>, renew: () => void): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Problem && !mayHaveHappened(error)) renew();
    throw error;
  }
}

function mayHaveHappened({ kind }: Problem): boolean {
  return kind === "busy" || kind === "offline" || kind === "internal";
}
