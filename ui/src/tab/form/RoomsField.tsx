// The rooms that are booked, with how many people they hold and whether they are free.

import { ConferenceRoomRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type FoundRoom, type Grant, paths } from "../api";
import { useSession } from "../session";
import { moment } from "../text/dates";
import { Picker } from "./Picker";
import { GrantNote, type PartProps } from "./parts";
import { useLookup } from "./useLookup";

export function RoomsField({ form, input, set, errors, onRenew }: PartProps) {
  const { t } = useSession();
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState(false);
  const granted = form.rooms === "granted";
  const start = moment(input.date, input.time, input.zone);
  const minutes = Number(input.duration) || 0;
  const span = start
    ? { from: start.toISOString(), to: new Date(start.getTime() + minutes * 60_000).toISOString() }
    : {};
  // Everybody invited and the host have to fit in.
  const capacity = input.invitees.length + 1;
  const { found, busy } = useLookup<{ rooms: FoundRoom[]; state: Grant }>(
    granted && (asked || typed) ? paths.rooms({ q: typed.trim(), capacity, ...span }) : null,
  );
  const detail = ({ building, capacity, free }: FoundRoom) =>
    [
      free === undefined ? "" : t(free ? "tab.room_free" : "tab.room_busy"),
      capacity ? t("tab.room_holds", { Count: capacity }) : "",
      building ?? "",
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: rooms are read once somebody looks for one.
    <div onFocus={() => setAsked(true)}>
      <Picker
        label={t("tab.rooms")}
        placeholder={t(granted ? "tab.rooms_hint" : "tab.rooms_hint_typed")}
        error={errors.rooms}
        icon={<ConferenceRoomRegular />}
        chosen={input.rooms}
        found={(found?.rooms ?? []).map((room) => ({
          name: room.name,
          address: room.address,
          detail: detail(room) || room.address,
        }))}
        busy={busy}
        searches={granted}
        typed={typed}
        onType={setTyped}
        onChange={(rooms) => set({ rooms })}
      >
        <GrantNote grant="rooms" state={found?.state ?? form.rooms} onGranted={onRenew} />
      </Picker>
    </div>
  );
}
