// Who is invited: of the conversation always found while typing, others where that is granted, else typed as addresses.

import { useState } from "react";
import {
  type At,
  type FoundPerson,
  type Grant,
  type Guest,
  type Me,
  type Member,
  type Named,
  paths,
} from "../api";
import { useSession } from "../session";
import { useResource } from "../store";
import type { Teams } from "../teams";
import { type Candidate, Picker } from "./Picker";
import { conversationOf, GrantNote, type PartProps } from "./parts";
import { useLookup } from "./useLookup";

/** Somebody of a conversation as the picker holds people: the id stands for an address that is not there. */
const guestOf = ({ id, name, address }: Member | Named): Guest => ({
  name: name ?? "",
  address: address ?? id,
});

const names = (chosen: Guest[], one: Named) => chosen.some(({ address }) => address === guestOf(one).address);

/** The conversation whose people are offered by name: for those named alone, and in a change that in which the meeting was made. */
function offering(
  { form, input, scope }: Pick<PartProps, "form" | "input" | "scope">,
  teams: Teams,
): At | undefined {
  if (scope === undefined ? input.who !== "chosen" : !form.in) return undefined;
  return conversationOf(form, teams);
}

export function PeopleField({ form, input, set, typing, errors, scope, onRenew }: PartProps) {
  const { t, teams } = useSession();
  const [asked, setAsked] = useState(false);
  const typed = typing.text.invitees;
  const granted = form.contacts === "granted";
  const words = typed.trim();
  const conversation = offering({ form, input, scope }, teams);
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
  const members: Candidate[] = (here.found?.members ?? []).map((member) => ({
    ...guestOf(member),
    detail: member.address ? remarked(member.address, member.address) : t("tab.member_here"),
  }));
  const people: Candidate[] = (found?.people ?? [])
    .filter(({ address }) => !members.some((one) => one.address.toLowerCase() === address.toLowerCase()))
    .map(({ name, address, kind }) => ({
      name,
      address,
      detail: remarked(kind === "contact" ? t("tab.contact", { Address: address }) : address, address),
    }));
  const elsewhere = granted ? "tab.invite_hint" : "tab.invite_hint_typed";
  const there = form.in ? "tab.invite_hint_there" : "tab.invite_hint_here";
  const invited = input.members ?? [];
  const isInvited = (guest: Guest) => invited.some((one) => guestOf(one).address === guest.address);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: those of the conversation are read once somebody looks for one.
    <div onFocus={() => setAsked(true)}>
      <Picker
        label={t("tab.invite")}
        placeholder={t(conversation && !granted ? there : elsewhere)}
        error={errors.invitees}
        chosen={[...invited.map(guestOf), ...input.invitees]}
        found={[...members, ...people]}
        busy={busy || here.busy}
        searches={granted || conversation !== undefined}
        remark={remark}
        typed={typed}
        onType={(text) => typing.type("invitees", text)}
        onChange={(chosen) =>
          set({
            invitees: chosen.filter((guest) => !isInvited(guest)),
            ...(input.members ? { members: invited.filter((one) => names(chosen, one)) } : {}),
          })
        }
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
