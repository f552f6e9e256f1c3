import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";
import { browser } from "./e2e/chromium";
import type { World } from "./e2e/teams";

// The stories in the whole sandbox, each in a world and with a product of its own, on free ports. CAUSEWAY_BIN is a built program;
// without it the program is built from the source. E2E_PORTS (product, Teams and Zoom of the first, then of the next) chooses ports.
// Workers read this file again: what was chosen stands in the environment.
process.env.E2E_PORTS ??= freePorts(12);
const ports = process.env.E2E_PORTS.split(" ");
const program = process.env.CAUSEWAY_BIN ?? "go run ../cmd/causeway";
const switched: Record<string, string> = { grantstory: "--allow contacts,rooms,two_way_sync,outlook_edits" };
const stories = ["story", "tabstory", "lifestory", "grantstory"].map((name, n) => {
  const [product = "", teams = "", zoom = ""] = ports.slice(3 * n);
  const world: World = { teams: `http://127.0.0.1:${teams}`, product: `http://localhost:${product}` };
  const command = `${program} sandbox --port ${product} --teams-port ${teams} --zoom-port ${zoom} ${switched[name] ?? ""}`;
  return { name, world, command };
});

export default defineConfig({
  testDir: "e2e",
  projects: stories.map(({ name, world }) => ({ name, testMatch: `${name}.spec.ts`, metadata: world })),
  workers: 3,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    ...browser,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/London",
    trace: "retain-on-failure",
  },
  webServer: stories.map(({ world, command }) => ({
    command,
    url: `${world.teams}/sandbox/v1/state`,
    timeout: 300_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 } as const,
  })),
});

/** Ports that nobody used a moment ago; asked for in a process of its own, because this file cannot wait. */
function freePorts(count: number): string {
  const script = `
    const net = require("node:net");
    const servers = Array.from({ length: ${count} }, () => net.createServer().listen(0, "127.0.0.1"));
    Promise.all(servers.map((server) => new Promise((done) => server.once("listening", done)))).then(() => {
      console.log(servers.map((server) => server.address().port).join(" "));
      for (const server of servers) server.close();
    });`;
  return execFileSync(process.execPath, ["-e", script], { encoding: "utf8" }).trim();
}
