// Who is invited: of the conversation always found while typing, others where that is granted, else typed as addresses.

import { useState } from "react";
import { type FoundPerson, type Grant, type Me, type Member, paths } from "../api";
import { useSession } from "../session";
import { useResource } from "../store";
import { type Candidate, Picker } from "./Picker";
import { conversationOf, GrantNote, type PartProps } from "./parts";
import { useLookup } from "./useLookup";

export function PeopleField({ form, input, set, typing, errors, scope, onRenew }: PartProps) {
  const { t, teams } = useSession();
  const [asked, setAsked] = useState(false);
  const typed = typing.text.invitees;
  const granted = form.contacts === "granted";
  const words = typed.trim();
  const conversation =
    scope === undefined && input.who === "chosen" ? conversationOf(form, teams) : undefined;
  const here = useLookup<{ members: Member[] }>(
    conversation && (asked || words) ? paths.members(conversation, words) : null,
  );
  const { found, busy } = useLookup<{ people: FoundPerson[]; state: Grant }>(
    granted && words ? paths.people(words) : null,
  );
  const domain = useResource<Me>(paths.me).data?.domain;
  /** That somebody seems to be of another organisation, as far as an address tells. */
  const remark = (address: string) =>
    domain && address.includes("@") && !address.toLowerCase().endsWith(`@${domain}`)
      ? t("tab.outside", { Domain: domain })
      : "";
  const remarked = (detail: string, address: string) => [detail, remark(address)].filter(Boolean).join(" · ");
  const members: Candidate[] = (here.found?.members ?? []).map(({ id, name, address }) => ({
    name,
    address: address ?? id,
    detail: address ? remarked(address, address) : t("tab.member_here"),
  }));
  const people: Candidate[] = (found?.people ?? [])
    .filter(({ address }) => !members.some((one) => one.address.toLowerCase() === address.toLowerCase()))
    .map(({ name, address, kind }) => ({
      name,
      address,
      detail: remarked(kind === "contact" ? t("tab.contact", { Address: address }) : address, address),
    }));
  const hint = conversation ? "tab.invite_hint_here" : granted ? "tab.invite_hint" : "tab.invite_hint_typed";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: those of the conversation are read once somebody looks for one.
    <div onFocus={() => setAsked(true)}>
      <Picker
        label={t("tab.invite")}
        placeholder={t(hint)}
        error={errors.invitees}
        chosen={input.invitees}
        found={[...members, ...people]}
        busy={busy || here.busy}
        searches={granted || conversation !== undefined}
        remark={remark}
        typed={typed}
        onType={(text) => typing.type("invitees", text)}
        onChange={(invitees) => set({ invitees })}
      >
        <GrantNote
          grant="contacts"
          state={found?.state ?? form.contacts}
          here={conversation !== undefined}
          onGranted={onRenew}
        />
      </Picker>
    </div>
  );
}
