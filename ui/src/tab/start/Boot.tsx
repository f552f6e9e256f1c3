// The first moments: Teams answers, the theme is known, and the tab begins; or Teams does not answer, and the page says so.

import {
  FluentProvider,
  teamsDarkTheme,
  teamsHighContrastTheme,
  teamsLightTheme,
} from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import type { Teams, ThemeName } from "../teams";
import { App } from "./App";
import { OutsideTeams } from "./OutsideTeams";
import { Waiting } from "./Waiting";

const themes = { light: teamsLightTheme, dark: teamsDarkTheme, contrast: teamsHighContrastTheme };
const patience = 10_000;

export function Boot({ connect }: { connect(): Promise<Teams> }) {
  const [teams, setTeams] = useState<Teams>();
  const [theme, setTheme] = useState<ThemeName>(() =>
    window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light",
  );
  const [late, setLate] = useState(false);
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const timer = setTimeout(() => setLate(true), patience);
    connect().then(
      (found) => {
        clearTimeout(timer);
        setTheme(found.context.theme);
        found.onTheme(setTheme);
        found.ready();
        setTeams(found);
      },
      () => {
        clearTimeout(timer);
        setLate(true);
      },
    );
  }, [connect]);
  useEffect(() => {
    document.documentElement.style.colorScheme = theme === "light" ? "light" : "dark";
  }, [theme]);
  return (
    <FluentProvider theme={themes[theme]} style={{ minHeight: "100%", height: "100%" }} data-theme={theme}>
      {teams ? <App teams={teams} /> : late ? <OutsideTeams /> : <Waiting />}
    </FluentProvider>
  );
}
