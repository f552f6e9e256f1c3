// The page for each place. What is not on the first screen is loaded when it is opened.

import { useEffect } from "react";
import { Home } from "../home/Home";
import type { Place } from "../place";
import { useSession } from "../session";
import { page } from "../shell/loaded";

const load = {
  schedule: () => import("../form/SchedulePage"),
  change: () => import("../form/ChangePage"),
  meeting: () => import("../meeting/MeetingPage"),
  past: () => import("../past/PastPage"),
  transcript: () => import("../meeting/TranscriptPage"),
  settings: () => import("../settings/SettingsPage"),
  boards: () => import("../boards/BoardsPage"),
  conversation: () => import("../conversation/ConversationPage"),
};
const SchedulePage = page(load.schedule);
const ChangePage = page(load.change);
const MeetingPage = page(load.meeting);
const PastPage = page(load.past);
const TranscriptPage = page(load.transcript);
const SettingsPage = page(load.settings);
const BoardsPage = page(load.boards);
const ConversationPage = page(load.conversation);

export function Pages() {
  const { navigation } = useSession();
  // Whatever is opened next is there when the first screen has had its time. Without a connection it is loaded when it is opened.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const next of [load.meeting, load.schedule]) next().catch(() => undefined);
    }, 3_000);
    return () => clearTimeout(timer);
  }, []);
  return <PageOf place={navigation.place} />;
}

function PageOf({ place }: { place: Place }) {
  const { conversation } = useSession().teams.context;
  switch (place.page) {
    case "schedule":
      return <SchedulePage key={place.like ?? place.typed} like={place.like} typed={place.typed} />;
    case "change":
      return (
        <ChangePage
          key={`${place.key} ${place.original ?? ""}`}
          meetingKey={place.key}
          original={place.original}
          scope={place.scope}
        />
      );
    case "meeting":
      return (
        <MeetingPage
          key={`${place.key} ${place.original ?? ""}`}
          meetingKey={place.key}
          original={place.original}
        />
      );
    case "past":
      return <PastPage words={place.words ?? ""} />;
    case "read":
      return (
        <TranscriptPage
          key={`${place.key} ${place.original ?? ""} ${place.what}`}
          meetingKey={place.key}
          original={place.original}
          what={place.what}
        />
      );
    case "settings":
      return <SettingsPage />;
    case "boards":
      return <BoardsPage />;
    default:
      if (conversation) return <ConversationPage at={conversation} />;
      return <Home open={place.page === "home" ? undefined : place.page} />;
  }
}
