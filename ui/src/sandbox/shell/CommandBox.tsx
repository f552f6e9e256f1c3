// The box at the top: finds chats, and runs the apps' commands that ask to be there.

import { Combobox, makeStyles, Option, OptionGroup } from "@fluentui/react-components";
import { useEffect, useRef, useState } from "react";
import { type App, api, type Command } from "../api";
import { useOutcomes } from "../outcome/outcomes";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { useText } from "../text/text";
import { AppIcon } from "./AppIcon";
import { useWorld } from "./world";

const useStyles = makeStyles({
  box: { width: "100%", maxWidth: "560px", justifySelf: "center", minWidth: 0 },
  list: { maxHeight: "420px" },
});

export function CommandBox() {
  const styles = useStyles();
  const { t } = useText();
  const { apps, chats } = useWorld();
  const { go } = usePlace();
  const run = useCommand();
  const [query, setQuery] = useState("");
  const input = useRef<HTMLInputElement>(null);
  useShortcut(() => input.current?.focus());
  const has = (text: string) => text.toLowerCase().includes(query.trim().toLowerCase());
  const commands = commandsFor(apps, "commandBox").filter(({ app, command }) =>
    has(`${app.name} ${command.title}`),
  );
  const found = chats.filter((chat) => has(`${chat.team ?? ""} ${chat.name}`)).slice(0, 8);
  return (
    <Combobox
      ref={input}
      className={styles.box}
      listbox={{ className: styles.list }}
      freeform
      placeholder={t("command.placeholder")}
      aria-label={t("command.placeholder")}
      value={query}
      selectedOptions={[]}
      onChange={(event) => setQuery(event.target.value)}
      onOptionSelect={(_, { optionValue }) => {
        setQuery("");
        const [kind, ...rest] = (optionValue ?? "").split("\n");
        const chosen = commands.find(
          ({ app, command }) => kind === "command" && app.id === rest[0] && command.id === rest[1],
        );
        if (chosen) run(chosen.app, chosen.command);
        const chat = found.find(({ id }) => kind === "chat" && id === rest[0]);
        if (chat) go({ page: chat.kind === "channel" ? "teams" : "chat", item: chat.id });
      }}
    >
      {commands.length > 0 && (
        <OptionGroup label={t("command.commands")}>
          {commands.map(({ app, command }) => (
            <Option
              key={app.id + command.id}
              value={`command\n${app.id}\n${command.id}`}
              text={command.title}
            >
              <AppIcon app={app} size={20} />
              {command.title}
            </Option>
          ))}
        </OptionGroup>
      )}
      {found.length > 0 && (
        <OptionGroup label={t("command.chats")}>
          {found.map((chat) => (
            <Option key={chat.id} value={`chat\n${chat.id}`} text={chat.name}>
              {chat.team ? `${chat.team} › ${chat.name}` : chat.name}
            </Option>
          ))}
        </OptionGroup>
      )}
      {commands.length + found.length === 0 && (
        <Option value="" text="" disabled>
          {t("command.none")}
        </Option>
      )}
    </Combobox>
  );
}

/** The installed or available commands that ask for a place. */
export function commandsFor(
  apps: App[],
  context: Command["context"][number],
): { app: App; command: Command }[] {
  return apps.flatMap((app) =>
    app.commands.filter((command) => command.context.includes(context)).map((command) => ({ app, command })),
  );
}

/** Runs a command in the chat that is open, else in the first one. */
function useCommand(): (app: App, command: Command) => void {
  const { me, chats } = useWorld();
  const { place } = usePlace();
  const { theme } = usePreferences();
  const outcomes = useOutcomes();
  return (app, command) => {
    const chat =
      chats.find(({ id }) => id === place.item) ?? chats.find(({ kind }) => kind === "personal") ?? chats[0];
    if (!chat) return;
    const origin = { app, place: chat.name, title: command.title };
    void outcomes.run(origin, () =>
      api.command(me.handle, chat.id, command.id, { theme: teamsTheme(theme) }),
    );
  };
}

/** What Teams calls a theme towards apps. */
export function teamsTheme(theme: "light" | "dark" | "contrast"): string {
  return theme === "light" ? "default" : theme;
}

function useShortcut(act: () => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "e") return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
