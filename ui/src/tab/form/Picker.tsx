// Chooses several of what is found while typing, or typed as addresses.

import {
  Avatar,
  Button,
  Combobox,
  Field,
  InteractionTag,
  InteractionTagPrimary,
  InteractionTagSecondary,
  makeStyles,
  Option,
  TagGroup,
  Text,
  tokens,
} from "@fluentui/react-components";
import { type ClipboardEvent, type KeyboardEvent, type ReactElement, type ReactNode, useState } from "react";
import type { Guest } from "../api";
import { useSession } from "../session";
import { wrong } from "./parts";

const useStyles = makeStyles({
  root: { display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: "8px" },
  tags: { flexWrap: "wrap", gap: "6px", justifyContent: "flex-start" },
  tag: { maxWidth: "100%", minWidth: 0 },
  words: { overflow: "hidden", textOverflow: "ellipsis" },
  box: { minWidth: 0, width: "100%" },
  list: { maxHeight: "260px" },
  option: { display: "flex", gap: "8px", alignItems: "center", minWidth: 0 },
  lines: { display: "grid", minWidth: 0, overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

/** Something that can be chosen. */
export interface Candidate extends Guest {
  /** What tells it from others of the same name. */
  detail: string;
}

export interface PickerProps {
  label: string;
  hint?: string | undefined;
  placeholder: string;
  error?: string | undefined;
  icon?: ReactElement;
  chosen: Guest[];
  found: Candidate[];
  busy: boolean;
  /** Looking up is possible, so that nothing found is worth saying. */
  searches: boolean;
  /** What is to be said of an address beside the name. */
  remark?(address: string): string;
  typed: string;
  onType(text: string): void;
  onChange(chosen: Guest[]): void;
  children?: ReactNode;
}

/** So many of the last chosen are shown where there are many. */
const tagsFolded = 12;

/** What an address looks like. */
const address = /^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/;
/** What stands between several people; line breaks in what is pasted, which a text field would swallow. */
const between = /[,;\r\n\t]+/;

/** Those whom a text names by their address, as in "ana@example.com" or "Ana Duarte <ana@example.com>", and what is left of it. */
function addressed(text: string): { guests: Guest[]; left: string[] } {
  const guests: Guest[] = [];
  const left: string[] = [];
  for (const part of text.split(between).map((one) => one.trim())) {
    const [, name = "", mailbox = ""] = /^"?([^"<]*)"?\s*<(.+)>$/.exec(part) ?? [];
    const words = part.split(/\s+/);
    if (address.test(mailbox)) guests.push({ name: name.trim(), address: mailbox });
    else if (words.every((word) => address.test(word)))
      guests.push(...words.map((word) => ({ name: "", address: word })));
    else if (part) left.push(part);
  }
  return { guests, left };
}

export function Picker(props: PickerProps) {
  const { label, hint, placeholder, error, icon, chosen, found, typed, onType, children } = props;
  const styles = useStyles();
  const { add, remove, take, unusable, retype } = useChoice(props);
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    const active = event.currentTarget.getAttribute("aria-activedescendant");
    if ((event.key === "," || event.key === ";") && address.test(typed.trim())) {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Enter" && typed.trim() && (!active || found.length === 0)) {
      event.preventDefault();
      take(typed);
    } else if (event.key === "Backspace" && !typed && chosen.length > 0) {
      remove(chosen.at(-1)?.address ?? "");
    }
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData("text");
    if (!between.test(pasted.trim())) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = event.currentTarget;
    take(typed.slice(0, selectionStart ?? 0) + pasted + typed.slice(selectionEnd ?? typed.length));
  };
  const options = found.filter((one) => !chosen.some((guest) => guest.address === one.address));
  return (
    <div className={styles.root}>
      <Field label={label} hint={hint} {...wrong(unusable || error)}>
        <Combobox
          className={styles.box}
          listbox={{ className: styles.list }}
          freeform
          value={typed}
          selectedOptions={[]}
          placeholder={placeholder}
          autoComplete="off"
          expandIcon={null}
          onInput={(event) => {
            onType(event.currentTarget.value);
            retype();
          }}
          onKeyDown={onKey}
          onPaste={onPaste}
          onOptionSelect={(_, { optionValue }) => {
            const one = options.find((option) => option.address === optionValue);
            if (!one) return;
            add([{ name: one.name, address: one.address }]);
            onType("");
            retype();
          }}
          onBlur={() => addressed(typed).guests.length > 0 && take(typed)}
        >
          {options.length > 0 ? (
            options.map((one) => <Offered key={one.address} one={one} icon={icon} />)
          ) : (
            <NoneOffered {...props} />
          )}
        </Combobox>
      </Field>
      {chosen.length > 0 && (
        <Tags label={label} icon={icon} chosen={chosen} remark={props.remark} onRemove={remove} />
      )}
      {children}
    </div>
  );
}

/** What choosing and taking back does, and why what was typed cannot be used. */
function useChoice({ chosen, onType, onChange }: PickerProps) {
  const { t, announce } = useSession();
  const [unusable, setUnusable] = useState("");
  const add = (guests: Guest[]) => {
    const known = new Set(chosen.map((guest) => guest.address.toLowerCase()));
    const fresh = guests.filter((guest) => {
      const key = guest.address.toLowerCase();
      return !known.has(key) && known.add(key);
    });
    if (fresh.length === 0) return;
    onChange([...chosen, ...fresh]);
    announce(t("tab.added", { Name: fresh.map(({ name, address }) => name || address).join(", ") }));
  };
  const remove = (which: string) => {
    const gone = chosen.find((guest) => guest.address === which);
    onChange(chosen.filter((guest) => guest.address !== which));
    if (gone) announce(t("tab.removed", { Name: gone.name || gone.address }));
  };
  /** Takes the addresses out of a text; the rest stays in the box. */
  const take = (text: string) => {
    const { guests, left } = addressed(text);
    add(guests);
    onType(left.join(", "));
    setUnusable(left.length > 0 ? t("tab.no_address", { Text: left.join(", ") }) : "");
  };
  return { add, remove, take, unusable, retype: () => setUnusable("") };
}

function Offered({ one, icon }: { one: Candidate; icon: ReactElement | undefined }) {
  const styles = useStyles();
  return (
    <Option value={one.address} text={one.name}>
      <span className={styles.option}>
        <Avatar size={28} aria-hidden {...(icon ? { icon } : { name: one.name })} />
        <span className={styles.lines}>
          {one.name}
          <Text size={200} className={styles.quiet}>
            {one.detail}
          </Text>
        </span>
      </span>
    </Option>
  );
}

function NoneOffered({ busy, searches, typed }: Pick<PickerProps, "busy" | "searches" | "typed">) {
  const { t } = useSession();
  const nothing = t(searches && typed ? "tab.nothing_found_type" : "tab.type_address");
  return (
    <Option disabled text="" value="">
      {busy ? t("tab.searching") : nothing}
    </Option>
  );
}

interface TagsProps extends Pick<PickerProps, "label" | "chosen"> {
  icon: ReactElement | undefined;
  remark: PickerProps["remark"] | undefined;
  onRemove(address: string): void;
}

function Tags({ label, icon, chosen, remark, onRemove }: TagsProps) {
  const styles = useStyles();
  const { t } = useSession();
  const [unfolded, setUnfolded] = useState(false);
  // Of a whole channel the form would be nothing but names.
  const many = chosen.length > tagsFolded + 1;
  const shown = many && !unfolded ? chosen.slice(-tagsFolded) : chosen;
  return (
    <TagGroup
      className={styles.tags}
      aria-label={t("tab.chosen", { What: label })}
      onDismiss={(_, { value }) => onRemove(value)}
    >
      {many && (
        <Button shape="circular" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? t("tab.chosen_fewer") : t("tab.chosen_all", { Count: chosen.length })}
        </Button>
      )}
      {shown.map((guest) => (
        <InteractionTag key={guest.address} value={guest.address} className={styles.tag} shape="circular">
          <InteractionTagPrimary
            hasSecondaryAction
            title={guest.address.includes("@") ? guest.address : undefined}
            primaryText={{ className: styles.words }}
            secondaryText={remark?.(guest.address) || undefined}
            media={<Avatar aria-hidden {...(icon ? { icon } : { name: guest.name || guest.address })} />}
          >
            {guest.name || guest.address}
          </InteractionTagPrimary>
          <InteractionTagSecondary aria-label={t("tab.remove")} />
        </InteractionTag>
      ))}
    </TagGroup>
  );
}
