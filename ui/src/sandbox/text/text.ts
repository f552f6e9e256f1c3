// The words of this page in the chosen language, and dates as the person's region writes them.

import { useContext, useMemo } from "react";
import type { Person } from "../api";
import { usePreferences, usual } from "../preferences";
import { WorldContext } from "../shell/world";
import en from "./en.json";
import fr from "./fr.json";

export type Key = keyof typeof en;
export type Values = Record<string, string | number>;
export type Translate = (key: Key, values?: Values) => string;

export const catalogues: Record<"en" | "fr", Record<Key, string>> = { en, fr };

export function translate(language: "en" | "fr", key: Key, values: Values = {}): string {
  return catalogues[language][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

export interface Text {
  t: Translate;
  /** "14:30" in the given zone. */
  time(at: string | Date, zone?: string): string;
  /** "Tuesday 4 March". */
  day(at: string | Date, zone?: string): string;
  /** "4 Mar, 14:30". */
  moment(at: string | Date, zone?: string): string;
  format(at: string | Date, options: Intl.DateTimeFormatOptions, zone?: string): string;
}

/** The chosen language, as it is written where the person lives. */
export function localeOf(person: Person | undefined, language: "en" | "fr"): string {
  const own = person?.locale ?? "";
  return own.toLowerCase().startsWith(language) ? own : usual[language];
}

export function makeText(language: "en" | "fr", locale: string = usual[language]): Text {
  const format: Text["format"] = (at, options, zone) =>
    new Intl.DateTimeFormat(locale, { ...options, ...(zone ? { timeZone: zone } : {}) }).format(new Date(at));
  return {
    t: (key, values) => translate(language, key, values),
    format,
    time: (at, zone) => format(at, { hour: "2-digit", minute: "2-digit" }, zone),
    day: (at, zone) => format(at, { weekday: "long", day: "numeric", month: "long" }, zone),
    moment: (at, zone) =>
      format(at, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }, zone),
  };
}

export function useText(): Text {
  const { language } = usePreferences();
  const locale = localeOf(useContext(WorldContext)?.me, language);
  return useMemo(() => makeText(language, locale), [language, locale]);
}
