// The words of the tab in the person's language: the same catalogue that the program reads. A sentence is a text, or its plural forms.

import en from "../../../../internal/i18n/en/tab.json";
import fr from "../../../../internal/i18n/fr/tab.json";

export type Key = keyof typeof en;
export type Values = Record<string, string | number>;
export type Language = "en" | "fr";

export const catalogues: Record<Language, Record<Key, string | Record<string, string>>> = { en, fr };

/** Fills {{.Name}}; Count chooses the plural form. */
export function translate(language: Language, key: Key, values: Values = {}): string {
  const entry = catalogues[language][key];
  const text =
    typeof entry === "string"
      ? entry
      : (entry[new Intl.PluralRules(language).select(Number(values.Count))] ?? entry.other ?? "");
  return text.replace(/\{\{\.(\w+)\}\}/g, (_whole, name: string) => String(values[name] ?? ""));
}

/** The language for a locale of Teams ("fr-ca"), unless the person chose one. */
export function languageOf(chosen: string, locale: string): Language {
  return (chosen || locale).toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** How dates are written: as in the person's own region when that speaks the language, else as usual in the language. */
export function localeOf(language: Language, locale: string): string {
  try {
    const [known] = Intl.getCanonicalLocales(locale);
    if (known?.toLowerCase().startsWith(language)) return known;
  } catch {
    // A locale that is none: the language's own.
  }
  return language;
}
