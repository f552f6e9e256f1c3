import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useSettled } from "./useSettled";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("waits until nobody enters any more, and forgets at once", () => {
  const { result, rerender } = renderHook(({ text }) => useSettled(text, 200), {
    initialProps: { text: "" },
  });
  const after = (ms: number) => act(() => vi.advanceTimersByTime(ms));
  rerender({ text: "a" });
  after(150);
  rerender({ text: "ab" });
  after(150);
  expect(result.current).toBe("");
  after(50);
  expect(result.current).toBe("ab");
  rerender({ text: "" });
  after(0);
  expect(result.current).toBe("");
});
