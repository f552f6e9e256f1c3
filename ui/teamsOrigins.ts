// teams-js asks a CDN for the origins of Teams as soon as it is loaded. The policy of our pages forbids that, which browsers note as an
// error each time. The pages name the origins that they trust themselves, and the list that comes with teams-js holds as well.

import type { Plugin } from "vite";

/** Builds teams-js without that request. */
export const ownOrigins = (): Plugin => ({
  name: "own-origins",
  transform(code, id) {
    if (!/@microsoft\/teams-js\/.*\/internal\/validOrigins\.js$/.test(id)) return null;
    const built = code.replace(
      /fetch\(\w+,\{signal:\w+\.signal\}\)/,
      'Promise.reject(new Error("not asked"))',
    );
    if (built === code)
      this.error("teams-js asks for its list of origins in another way: see teamsOrigins.ts");
    return { code: built, map: null };
  },
});
