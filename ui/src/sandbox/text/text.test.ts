import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogues, type Key, makeText, translate } from "./text";

const keys = Object.keys(catalogues.en) as Key[];
const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();

it("has the same keys and placeholders in both languages", () => {
  expect(Object.keys(catalogues.fr).sort()).toEqual([...keys].sort());
  for (const key of keys)
    expect(placeholders(catalogues.fr[key]), key).toEqual(placeholders(catalogues.en[key]));
});

it("has no key that nothing uses", () => {
  const folder = join(import.meta.dirname, "..");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    /\.tsx?$/.test(file),
  );
  const source = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const built = [...source.matchAll(/`([\w.]+)\.?\$\{/g)].map(([, prefix]) => prefix ?? "");
  const unused = keys.filter(
    (key) => !source.includes(`"${key}"`) && !built.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
});

it("fills in values and leaves what it lacks", () => {
  expect(translate("en", "chat.addapp", { app: "Causeway" })).toBe("Add Causeway here");
  expect(translate("fr", "chat.people", { count: 5 })).toBe("5 personnes");
  expect(translate("en", "chat.addapp")).toBe("Add {app} here");
});

it("writes times in the language and the zone", () => {
  const at = "2026-03-04T23:30:00Z";
  expect(makeText("en").time(at, "Asia/Tokyo")).toBe("08:30");
  expect(makeText("en").day(at, "Asia/Tokyo")).toBe("Thursday 5 March");
  expect(makeText("fr").day(at, "UTC")).toBe("mercredi 4 mars");
});
