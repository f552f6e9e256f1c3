import { execFileSync } from "node:child_process";
import { defineConfig } from "@playwright/test";
import { browser } from "./e2e/chromium";

// The story in the whole sandbox: world and product in one process, on free ports. CAUSEWAY_BIN is a built program;
// without it the program is built from the source. E2E_PORTS ("8080 8081 8082": product, Teams, Zoom) chooses ports.
process.env.E2E_PORTS ??= freePorts(3);
const [product = "", teams = "", zoom = ""] = process.env.E2E_PORTS.split(" ");
const program = process.env.CAUSEWAY_BIN ?? "go run ../cmd/causeway";
process.env.E2E_TEAMS = `http://127.0.0.1:${teams}`;
process.env.E2E_PRODUCT = `http://localhost:${product}`;

export default defineConfig({
  testDir: "e2e",
  testMatch: "story.spec.ts",
  workers: 1,
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
  webServer: {
    command: `${program} sandbox --port ${product} --teams-port ${teams} --zoom-port ${zoom}`,
    url: `${process.env.E2E_TEAMS}/sandbox/v1/state`,
    timeout: 300_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
  },
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
