import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";
import { expect, it } from "vitest";
import { ownOrigins } from "../../teamsOrigins";

const file = "/node_modules/@microsoft/teams-js/dist/esm/packages/teams-js/src/internal/validOrigins.js";

it("teams-js is built without its request to a CDN", async () => {
  const code = await readFile(`${process.cwd()}${file}`, "utf8");
  const transform = ownOrigins().transform as unknown as (
    this: Plugin,
    code: string,
    id: string,
  ) => { code: string } | null;
  const plugin = { error: (why: string) => expect.fail(why) } as unknown as Plugin;
  expect(code).toContain("fetch(");
  expect(transform.call(plugin, code, file)?.code).not.toContain("fetch(");
  expect(transform.call(plugin, code, "/src/tab/api.ts")).toBeNull();
  expect(() => transform.call(plugin, "export {}", file)).toThrow(/in another way/);
});
