import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { catalogues, type Key, languageOf, localeOf, translate } from "./text";

it("has no sentence that nothing says, and says none that is not there", () => {
  const folder = join(import.meta.dirname, "..");
  const source = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.includes(".test."))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const built = [...source.matchAll(/`(tab\.\w+_)\$\{/g)].map(([, prefix]) => prefix ?? "");
  const keys = Object.keys(catalogues.en) as Key[];
  const unused = keys.filter(
    (key) => !source.includes(`"${key}"`) && !built.some((prefix) => key.startsWith(prefix)),
  );
  expect(unused).toEqual([]);
  expect(Object.keys(catalogues.fr).sort()).toEqual([...keys].sort());
});

it("fills in values and chooses the plural of the language", () => {
  expect(translate("en", "tab.host", { Name: "Ben" })).toBe("Hosted by Ben");
  expect(translate("en", "tab.found", { Count: 1 })).toBe("1 meeting found.");
  expect(translate("en", "tab.found", { Count: 0 })).toBe("0 meetings found.");
  expect(translate("fr", "tab.found", { Count: 0 })).toBe("0 réunion trouvée.");
});

it("follows the choice of the person, then Teams", () => {
  expect(languageOf("", "fr-CA")).toBe("fr");
  expect(languageOf("en", "fr-CA")).toBe("en");
  expect(languageOf("", "de-de")).toBe("en");
  expect(localeOf("fr", "fr-ca")).toBe("fr-CA");
  expect(localeOf("en", "fr-ca")).toBe("en");
  expect(localeOf("en", "not a locale")).toBe("en");
});
