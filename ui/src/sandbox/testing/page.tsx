// Opens the whole page on a stubbed world.

import { render } from "@testing-library/react";
import { vi } from "vitest";
import { App } from "../App";
import { live } from "../live";
import { PreferencesProvider } from "../preferences";
import { Stub, type StubOptions } from "./stub";

/** Renders the page at an address such as "#/ana/chat/launch"; the stub keeps what the page asked for. */
export function openPage(hash: string, options?: StubOptions): Stub {
  const stub = new Stub(options);
  window.location.hash = hash;
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    const answer = stub.answer(init?.method ?? "GET", url.replace("/sandbox/v1", ""), body);
    return new Response(JSON.stringify(answer.body), { status: answer.status });
  });
  live.refreshAll();
  render(
    <PreferencesProvider>
      <App />
    </PreferencesProvider>,
  );
  return stub;
}

/** What was posted, put or deleted, in order. */
export function changes(stub: Stub): string[] {
  return stub.calls.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path}`);
}
