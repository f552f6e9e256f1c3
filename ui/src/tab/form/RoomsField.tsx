// The rooms that are booked, with how many people they hold and whether they are free.

import { ConferenceRoomRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type FoundRoom, type Grant, paths } from "../api";
import { useSession } from "../session";
import { moment } from "../text/dates";
import { Picker } from "./Picker";
import { attending, GrantNote, type PartProps } from "./parts";
import { useLookup } from "./useLookup";

export function RoomsField(props: PartProps) {
  const { form, input, set, typing, errors, onRenew } = props;
  const { t } = useSession();
  const typed = typing.text.rooms;
  const [asked, setAsked] = useState(false);
  const granted = form.rooms === "granted";
  const start = moment(input.date, input.time, input.zone);
  const minutes = Number(input.duration) || 0;
  const span = start
    ? { from: start.toISOString(), to: new Date(start.getTime() + minutes * 60_000).toISOString() }
    : {};
  // Everybody invited and the host have to fit in.
  const capacity = attending(props);
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
        hint={granted ? t("tab.rooms_equipment") : undefined}
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
        onType={(text) => typing.type("rooms", text)}
        onChange={(rooms) => set({ rooms })}
      >
        <GrantNote grant="rooms" state={found?.state ?? form.rooms} onGranted={onRenew} />
      </Picker>
    </div>
  );
}
