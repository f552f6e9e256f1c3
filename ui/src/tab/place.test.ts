import { expect, it } from "vitest";
import { type Place, parsePlace, placeText } from "./place";

const places: Place[] = [
  { page: "home" },
  { page: "join" },
  { page: "screen" },
  { page: "schedule" },
  { page: "schedule", like: "eAAMkAD/+=" },
  { page: "schedule", typed: "t1" },
  { page: "past" },
  { page: "past", words: "Q3 50% a/b" },
  { page: "settings" },
  { page: "meeting", key: "z85212345678" },
  { page: "meeting", key: "eAAMkAD/+=", original: "2026-03-04T10:00:00Z" },
  { page: "read", key: "m1", original: "2026-03-04T10:00:00Z", what: "chat" },
  { page: "change", key: "m1", original: "2026-03-04T10:00:00Z", scope: "following" },
];

it("reads what it writes", () => {
  for (const place of places) expect(parsePlace(`#/${placeText(place)}`)).toEqual(place);
});

it("takes what links of Teams say, and home for anything else", () => {
  expect(parsePlace("m/7")).toEqual({ page: "meeting", key: "7" });
  expect(parsePlace("m/7/nonsense")).toEqual({ page: "meeting", key: "7" });
  expect(parsePlace("change/7/nonsense")).toEqual({ page: "change", key: "7", scope: "all" });
  for (const odd of ["", "m/", "nowhere", "#/%E0%A4%A", "m"])
    expect(parsePlace(odd), odd).toEqual({ page: "home" });
});
