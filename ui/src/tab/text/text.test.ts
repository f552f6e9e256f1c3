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

it("calls what stands in the form of a chat, too, by the same words", () => {
  const pairs = {
    "meetings.form_topic": "tab.topic",
    "meetings.form_duration": "tab.duration",
    "meetings.form_zone": "tab.zone",
    "meetings.form_who": "tab.who",
    "meetings.form_everyone": "tab.who_everyone",
    "meetings.form_chosen": "tab.who_chosen",
    "meetings.form_more": "tab.options",
    "meetings.form_repeat": "tab.repeat",
    "meetings.form_times": "tab.times",
    "meetings.repeat_never": "tab.repeat_none",
    "meetings.repeat_daily": "tab.repeat_daily",
    "meetings.repeat_weekly": "tab.repeat_weekly",
    "meetings.repeat_monthly": "tab.repeat_monthly",
    "meetings.form_waiting_room": "tab.option_waiting_room",
    "meetings.form_agenda": "tab.agenda",
  } as const;
  for (const language of ["en", "fr"] as const) {
    const file = join(import.meta.dirname, `../../../../internal/i18n/${language}/meetings.json`);
    const chat = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    for (const [there, here] of Object.entries(pairs) as [string, Key][])
      expect(catalogues[language][here], `${language} ${there}`).toEqual(chat[there]);
  }
});
