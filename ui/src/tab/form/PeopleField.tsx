// Who is invited: found while typing where that is granted, else typed as addresses.

import { useState } from "react";
import { type FoundPerson, type Grant, paths } from "../api";
import { useSession } from "../session";
import { Picker } from "./Picker";
import { GrantNote, type PartProps } from "./parts";
import { useLookup } from "./useLookup";

export function PeopleField({ form, input, set, errors, onRenew }: PartProps) {
  const { t } = useSession();
  const [typed, setTyped] = useState("");
  const granted = form.contacts === "granted";
  const words = typed.trim();
  const { found, busy } = useLookup<{ people: FoundPerson[]; state: Grant }>(
    granted && words ? paths.people(words) : null,
  );
  const people = found?.people ?? [];
  return (
    <Picker
      label={t("tab.invite")}
      placeholder={t(granted ? "tab.invite_hint" : "tab.invite_hint_typed")}
      error={errors.invitees}
      chosen={input.invitees}
      found={people.map(({ name, address, kind }) => ({
        name,
        address,
        detail: kind === "contact" ? t("tab.contact", { Address: address }) : address,
      }))}
      busy={busy}
      searches={granted}
      typed={typed}
      onType={setTyped}
      onChange={(invitees) => set({ invitees })}
    >
      <GrantNote grant="contacts" state={found?.state ?? form.contacts} onGranted={onRenew} />
    </Picker>
  );
}
