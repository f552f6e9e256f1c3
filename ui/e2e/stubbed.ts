// Serves ui/dist as the sandbox does, with the control API answered by the stub: the page without a world.

import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { Stub, type StubOptions } from "../src/sandbox/testing/stub";
import { browserTest } from "./browser";

const dist = join(import.meta.dirname, "..", "dist");
const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface Stubbed {
  url: string;
  stub: Stub;
  /** Tells every open page that topics changed. */
  say(...topics: string[]): void;
}

/** A test that gets a way to serve the page from a stub; what it opened is closed after it. */
export const test = browserTest.extend<{ serve(options?: StubOptions): Promise<Stubbed> }>({
  // biome-ignore lint/correctness/noEmptyPattern: a fixture names what it uses by destructuring.
  serve: async ({}, use) => {
    const servers: Server[] = [];
    await use(async (options) => {
      const { server, stubbed } = await serve(new Stub(options));
      servers.push(server);
      return stubbed;
    });
    for (const server of servers) server.closeAllConnections();
  },
});

async function serve(stub: Stub): Promise<{ server: Server; stubbed: Stubbed }> {
  const streams = new Set<(topics: string[]) => void>();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname;
    if (path === "/sandbox/v1/events") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write(": hello\n\n");
      const tell = (topics: string[]) =>
        response.write(`event: changed\ndata: ${JSON.stringify({ topics })}\n\n`);
      streams.add(tell);
      request.on("close", () => streams.delete(tell));
    } else if (path.startsWith("/sandbox/v1/")) {
      const body = await read(request);
      const answer = stub.answer(
        request.method ?? "GET",
        (request.url ?? "").slice("/sandbox/v1".length),
        body ? JSON.parse(body) : undefined,
      );
      response.writeHead(answer.status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer.body));
    } else {
      await file(path === "/" ? "/ui/sandbox.html" : path, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const say = (...topics: string[]) => {
    for (const tell of streams) tell(topics);
  };
  return { server, stubbed: { url, stub, say } };
}

async function file(path: string, response: import("node:http").ServerResponse): Promise<void> {
  const name = normalize(path.replace(/^\/ui\//, "/"));
  try {
    const nonce = Math.random().toString(36).slice(2);
    let content: Buffer | string = await readFile(join(dist, name));
    if (name.endsWith(".html")) content = content.toString().replaceAll("__NONCE__", nonce);
    response.writeHead(200, {
      "Content-Type": types[extname(name)] ?? "application/octet-stream",
      "Content-Security-Policy": `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; font-src 'self'; img-src 'self' data: http://localhost:*; frame-src 'self' http://localhost:*; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
