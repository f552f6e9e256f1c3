// Theme, language and layout of this page, kept in the browser.

import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";

export type ThemeName = "light" | "dark" | "contrast";
export type Language = "en" | "fr";
export type Layout = "auto" | "phone";

export interface Preferences {
  theme: ThemeName;
  language: Language;
  layout: Layout;
  /** True when the phone layout is on, chosen or because the window is narrow. */
  phone: boolean;
  /** True when a phone is drawn in the middle of a wide window. */
  framed: boolean;
  set(change: Partial<Pick<Preferences, "theme" | "language" | "layout">>): void;
}

/** How a language is usually written. */
export const usual = { en: "en-GB", fr: "fr-FR" } as const;

const key = "causeway-sandbox";
const narrow = "(max-width: 480px)";
const Context = createContext<Preferences | undefined>(undefined);

type Stored = Pick<Preferences, "theme" | "language" | "layout">;

function read(): Stored {
  const first: Stored = {
    theme: "light",
    language: navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en",
    layout: "auto",
  };
  try {
    return { ...first, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Stored>) };
  } catch {
    return first;
  }
}

function useNarrow(): boolean {
  return useSyncExternalStore(
    (watcher) => {
      const query = window.matchMedia(narrow);
      query.addEventListener("change", watcher);
      return () => query.removeEventListener("change", watcher);
    },
    () => window.matchMedia(narrow).matches,
  );
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [stored, setStored] = useState(read);
  const isNarrow = useNarrow();
  useEffect(() => {
    localStorage.setItem(key, JSON.stringify(stored));
    document.documentElement.lang = usual[stored.language];
  }, [stored]);
  const value = useMemo(
    () => ({
      ...stored,
      phone: isNarrow || stored.layout === "phone",
      framed: !isNarrow && stored.layout === "phone",
      set: (change: Partial<Stored>) => setStored((before) => ({ ...before, ...change })),
    }),
    [stored, isNarrow],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Preferences {
  const value = useContext(Context);
  if (!value) throw new Error("usePreferences outside PreferencesProvider");
  return value;
}
