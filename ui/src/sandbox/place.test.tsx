import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { parsePlace, placeHash, usePlace } from "./place";

it("reads and writes addresses", () => {
  expect(parsePlace("")).toEqual({ person: "", page: "chat" });
  expect(parsePlace("#/ana/mail/a%2Fb")).toEqual({ person: "ana", page: "mail", item: "a/b" });
  expect(parsePlace("#/ana/nonsense")).toEqual({ person: "ana", page: "chat" });
  expect(placeHash({ person: "ana", page: "mail", item: "a/b" })).toBe("#/ana/mail/a%2Fb");
});

it("keeps the open thing with the page, and drops it with the page", () => {
  window.location.hash = "#/ana/chat/launch";
  const { result } = renderHook(() => usePlace());
  const go = (to: Parameters<typeof result.current.go>[0]) =>
    act(() => {
      result.current.go(to);
      window.dispatchEvent(new HashChangeEvent("hashchange"));
    });
  go({ person: "ben" });
  expect(result.current.place).toEqual({ person: "ben", page: "chat", item: "launch" });
  go({ page: "calendar" });
  expect(result.current.place).toEqual({ person: "ben", page: "calendar" });
  go({ page: "chat", item: "pair" });
  go({ item: "" });
  expect(result.current.place).toEqual({ person: "ben", page: "chat" });
});
