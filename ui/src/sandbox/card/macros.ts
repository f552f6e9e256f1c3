// {{DATE(…)}} and {{TIME(…)}} in the texts of a card: Teams writes them as the reader's region does, in the reader's zone. The renderer
// would take the language of the card, and the zone of this machine.

/** How somebody reads. */
export interface Reader {
  locale: string;
  zone: string;
}

const macro = /\{\{(DATE|TIME)\(([^,)]+)(?:, ?(COMPACT|SHORT|LONG))?\)\}\}/g;

/** A card's JSON with the macros written out. */
export function writtenOut(json: string, { locale, zone }: Reader): string {
  return json.replace(macro, (whole, what: string, at: string, style?: string) => {
    const moment = new Date(at);
    if (Number.isNaN(moment.getTime())) return whole;
    return new Intl.DateTimeFormat(locale, { ...options(what, style), timeZone: zone }).format(moment);
  });
}

function options(what: string, style = "COMPACT"): Intl.DateTimeFormatOptions {
  if (what === "TIME") return { hour: "numeric", minute: "2-digit" };
  if (style === "COMPACT") return {};
  const width = style === "LONG" ? "long" : "short";
  return { weekday: width, day: "numeric", month: width, year: "numeric" };
}
