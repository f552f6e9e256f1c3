// The page for each place. What is not on the first screen is loaded when it is opened.

import { lazy, Suspense, useEffect } from "react";
import { Home } from "../home/Home";
import type { Place } from "../place";
import { useSession } from "../session";
import { Waiting } from "./Waiting";

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
const SchedulePage = lazy(load.schedule);
const ChangePage = lazy(load.change);
const MeetingPage = lazy(load.meeting);
const PastPage = lazy(load.past);
const TranscriptPage = lazy(load.transcript);
const SettingsPage = lazy(load.settings);
const BoardsPage = lazy(load.boards);
const ConversationPage = lazy(load.conversation);

export function Pages() {
  const { navigation } = useSession();
  // Whatever is opened next is there when the first screen has had its time. Without a connection it is loaded when it is opened.
  useEffect(() => {
    const timer = setTimeout(() => {
      for (const page of [load.meeting, load.schedule]) page().catch(() => undefined);
    }, 3_000);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Suspense fallback={<Waiting />}>
      <PageOf place={navigation.place} />
    </Suspense>
  );
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
      return <Home dialog={place.page === "home" ? undefined : place.page} />;
  }
}
