import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { concerns, live, useResource, useTail } from "./live";

const answers = new Map<string, unknown>();
const asked: string[] = [];

beforeEach(() => {
  answers.clear();
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url.replace("/sandbox/v1", ""));
    const body = answers.get(url.replace("/sandbox/v1", ""));
    if (body === undefined)
      return new Response('{"error":{"code":"not_found","message":"Nobody here."}}', { status: 404 });
    return new Response(JSON.stringify(body));
  });
});

it("matches topics exactly or by what they begin with", () => {
  expect(concerns(["chat:launch"], ["chat:launch", "ledger"])).toBe(true);
  expect(concerns(["chat:launch"], ["chat:launch2"])).toBe(false);
  expect(concerns(["chat:*"], ["chat:launch"])).toBe(true);
  expect(concerns(["mail:ana"], [])).toBe(false);
});

it("fetches once for many, and again when a topic of it changes", async () => {
  answers.set("/one", { n: 1 });
  const first = renderHook(() => useResource<{ n: number }>("/one", ["chat:launch"]));
  renderHook(() => useResource("/one", ["chat:launch"]));
  await waitFor(() => expect(first.result.current.data).toEqual({ n: 1 }));
  expect(asked).toEqual(["/one"]);
  act(() => live.changed(["calendar:ana"]));
  expect(asked).toEqual(["/one"]);
  answers.set("/one", { n: 2 });
  act(() => live.changed(["chat:launch"]));
  await waitFor(() => expect(first.result.current.data).toEqual({ n: 2 }));
  act(() => live.changed(["reset"]));
  await waitFor(() => expect(asked).toHaveLength(3));
});

it("keeps the last answer beside an error", async () => {
  answers.set("/two", { n: 1 });
  const { result } = renderHook(() => useResource("/two", ["x"]));
  await waitFor(() => expect(result.current.data).toEqual({ n: 1 }));
  answers.delete("/two");
  act(() => result.current.retry());
  await waitFor(() => expect(result.current.error?.message).toBe("Nobody here."));
  expect(result.current.data).toEqual({ n: 1 });
});

it("says when nobody answers at all", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("refused")));
  const { result } = renderHook(() => useResource("/three", ["x"]));
  await waitFor(() => expect(result.current.error?.code).toBe("unreachable"));
});

it("asks a list only for what is new, and keeps its end", async () => {
  const page = (after: number) => `/rows?after=${after}`;
  answers.set("/rows?after=0", { rows: [{ seq: 1 }, { seq: 2 }] });
  answers.set("/rows?after=2", { rows: [{ seq: 3 }] });
  const { result } = renderHook(() => useTail(page, "ledger", 2));
  await waitFor(() => expect(result.current.data).toHaveLength(2));
  act(() => live.changed(["traffic"]));
  expect(asked).toEqual(["/rows?after=0"]);
  act(() => live.changed(["ledger"]));
  await waitFor(() => expect(result.current.data?.map(({ seq }) => seq)).toEqual([2, 3]));
});
