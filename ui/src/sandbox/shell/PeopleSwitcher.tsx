// "Who am I": chooses the person as whom this page is used.

import {
  Avatar,
  Badge,
  Input,
  makeStyles,
  mergeClasses,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ChevronDownRegular, SearchRegular } from "@fluentui/react-icons";
import { useState } from "react";
import type { Person } from "../api";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { useText } from "../text/text";
import { Hidden } from "./Hidden";
import { useWorld } from "./world";

const useStyles = makeStyles({
  me: {
    display: "flex",
    alignItems: "center",
    gap: "8px",
    padding: "3px 8px 3px 4px",
    border: `1px solid ${tokens.colorTransparentStroke}`,
    borderRadius: "20px",
    background: "transparent",
    color: "inherit",
    font: "inherit",
    cursor: "pointer",
    whiteSpace: "nowrap",
    ":hover": { background: tokens.colorSubtleBackgroundHover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  surface: { width: "340px", maxWidth: "calc(100vw - 24px)", padding: "12px", boxSizing: "border-box" },
  list: {
    margin: "8px -6px 0",
    padding: 0,
    listStyle: "none",
    maxHeight: "min(460px, 60vh)",
    overflowY: "auto",
  },
  person: {
    width: "100%",
    display: "grid",
    gridTemplateColumns: "36px 1fr auto",
    columnGap: "10px",
    alignItems: "center",
    padding: "6px",
    border: 0,
    borderRadius: tokens.borderRadiusMedium,
    background: "transparent",
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  chosen: {
    background: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1Selected,
  },
  words: { minWidth: 0, display: "grid" },
  name: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  quiet: { opacity: 0.78 },
  tenant: {
    textTransform: "capitalize",
    display: "block",
    padding: "10px 6px 4px",
    color: tokens.colorNeutralForeground3,
  },
  search: { width: "100%" },
});

const most = 40;

export function PeopleSwitcher() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { me } = useWorld();
  const [open, setOpen] = useState(false);
  return (
    <Popover open={open} onOpenChange={(_, change) => setOpen(change.open)} trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <button type="button" className={styles.me}>
          <Hidden>{t("people.me")}</Hidden>
          <Avatar name={me.name} size={28} color="colorful" aria-hidden />
          {phone ? <Hidden>{me.name}</Hidden> : <span>{me.name}</span>}
          <ChevronDownRegular fontSize={16} />
        </button>
      </PopoverTrigger>
      <PopoverSurface className={styles.surface} aria-label={t("people.title")}>
        <People onChosen={() => setOpen(false)} />
      </PopoverSurface>
    </Popover>
  );
}

function People({ onChosen }: { onChosen(): void }) {
  const styles = useStyles();
  const { t } = useText();
  const { people } = useWorld();
  const [query, setQuery] = useState("");
  const found = people.filter((person) => matches(person, query));
  const tenants = [...new Set(found.map((person) => person.tenant))];
  return (
    <>
      <Text weight="semibold" block style={{ marginBottom: 8 }}>
        {t("people.title")}
      </Text>
      <Input
        className={styles.search}
        contentBefore={<SearchRegular />}
        placeholder={t("people.search")}
        aria-label={t("people.search")}
        value={query}
        onChange={(_, change) => setQuery(change.value)}
      />
      {tenants.map((tenant) => {
        const members = found.filter((person) => person.tenant === tenant).slice(0, most);
        return (
          <div key={tenant}>
            <Text size={200} weight="semibold" className={styles.tenant}>
              {tenant}
            </Text>
            <ul className={styles.list} aria-label={tenant}>
              {members.map((person) => (
                <PersonRow key={person.handle} person={person} onChosen={onChosen} />
              ))}
            </ul>
          </div>
        );
      })}
      {found.length === 0 && <Text className={styles.tenant}>{t("people.none")}</Text>}
    </>
  );
}

function PersonRow({ person, onChosen }: { person: Person; onChosen(): void }) {
  const styles = useStyles();
  const { t } = useText();
  const { me } = useWorld();
  const { go } = usePlace();
  const chosen = person.handle === me.handle;
  return (
    <li>
      <button
        type="button"
        className={mergeClasses(styles.person, chosen && styles.chosen)}
        aria-current={chosen ? "true" : undefined}
        onClick={() => {
          go({ person: person.handle });
          onChosen();
        }}
      >
        <Avatar name={person.name} size={36} color="colorful" aria-hidden />
        <span className={styles.words}>
          <Text weight="semibold" className={styles.name}>
            {person.name}
          </Text>
          <Text size={200} className={mergeClasses(styles.name, styles.quiet)}>
            {person.title || person.email}
          </Text>
        </span>
        <Traits person={person} t={t} />
      </button>
    </li>
  );
}

function Traits({ person, t }: { person: Person; t: ReturnType<typeof useText>["t"] }) {
  if (person.disabled)
    return (
      <Badge appearance="tint" color="danger">
        {t("people.disabled")}
      </Badge>
    );
  if (person.kind === "guest")
    return (
      <Badge appearance="tint" color="warning">
        {t("people.guest")}
      </Badge>
    );
  if (!person.mailbox)
    return (
      <Badge appearance="tint" color="warning">
        {t("people.nomailbox")}
      </Badge>
    );
  if (person.zoom === "none")
    return (
      <Badge appearance="outline" color="informative">
        {t("people.nozoom")}
      </Badge>
    );
  return (
    <Badge appearance="tint" color="informative">
      {t(person.zoom === "basic" ? "people.basic" : "people.licensed")}
    </Badge>
  );
}

function matches(person: Person, query: string): boolean {
  const wanted = query.trim().toLowerCase();
  return [person.name, person.email, person.handle].some((text) => text.toLowerCase().includes(wanted));
}
