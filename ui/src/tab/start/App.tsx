// The tab inside Teams: first the steps that must be taken, one at a time, then its pages.

import { makeStyles, tokens, useFocusFinders } from "@fluentui/react-components";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Api, type Me, paths } from "../api";
import { SetupPage } from "../conversation/SetupPage";
import { listen } from "../live";
import { parsePlace, placeText, useNavigation } from "../place";
import { MeProvider, type Session, SessionProvider, useSession, useWords } from "../session";
import { Failed } from "../shell/feedback";
import { Announcements, useVoice } from "../shell/Live";
import { Store, useResource } from "../store";
import type { Teams } from "../teams";
import { Connect } from "./Connect";
import { Gate, NotSignedIn, SwitchedOff } from "./Gate";
import { Pages } from "./Pages";
import { Waiting } from "./Waiting";

const useStyles = makeStyles({
  root: {
    height: "100%",
    overflowY: "auto",
    background: tokens.colorNeutralBackground2,
    position: "relative",
  },
});

export function App({ teams }: { teams: Teams }) {
  const styles = useStyles();
  const [chosen, setLanguage] = useState("");
  const words = useWords(teams.context, chosen);
  const voice = useVoice();
  const navigation = useNavigation();
  const dates = useRef(words.dates);
  dates.current = words.dates;
  const { api, store } = useMemo(() => {
    const api = new Api(
      (fresh, claims) => teams.token(fresh, claims),
      () => dates.current,
    );
    return { api, store: new Store((path) => api.get(path)) };
  }, [teams]);
  const [waiting, setWaiting] = useState<(() => void)[]>([]);
  const afterConnecting = useCallback((work: () => void) => setWaiting((before) => [...before, work]), []);
  const { announce, notify } = voice;
  const opened = useRef("");
  const session = useMemo<Session>(
    () => ({
      teams,
      api,
      store,
      setLanguage,
      ...words,
      navigation,
      announce,
      notify,
      opened,
      afterConnecting,
    }),
    [teams, api, store, words, navigation, announce, notify, afterConnecting],
  );
  // As long as somebody asks it, what looks after the focus stays. It would else go with the first dialog that closes, and leave hidden
  // from screen readers what that dialog had covered.
  useFocusFinders();
  useStart(session);
  useFresh(session);
  useEffect(() => {
    document.documentElement.lang = words.language;
  }, [words.language]);
  return (
    <SessionProvider session={session}>
      <div className={styles.root} id="scroll">
        <main>
          {teams.context.setup ? (
            <SetupPage />
          ) : (
            <Steps
              connecting={waiting.length > 0}
              onConnected={() => {
                setWaiting([]);
                for (const work of waiting) work();
              }}
              onLater={() => setWaiting([])}
            />
          )}
        </main>
        <Announcements voice={voice} label={words.t("tab.notice")} dismissLabel={words.t("tab.dismiss")} />
      </div>
    </SessionProvider>
  );
}

/** A link of Teams names the first page, unless the tab was loaded again where it was; Teams' back button goes back inside. */
function useStart({ teams, navigation }: Session) {
  const { place, go, back } = navigation;
  const asked = useRef(teams.context.subPageId);
  useEffect(() => {
    if (asked.current && !window.location.hash) go(parsePlace(asked.current), { replace: true });
    asked.current = undefined;
  }, [go]);
  const here = useRef(place);
  here.current = place;
  useEffect(() => {
    teams.onBack(() => {
      if (placeText(here.current) === "") return false;
      back();
      return true;
    });
  }, [teams, back]);
}

/** Keeps what is shown true, as long as the person is signed in. */
function useFresh({ api, store, teams }: Session) {
  const at = teams.context.conversation;
  useEffect(() => {
    const seen = () => document.visibilityState === "visible" && store.changed();
    const online = () => store.changed();
    document.addEventListener("visibilitychange", seen);
    window.addEventListener("focus", seen);
    window.addEventListener("online", online);
    const silence = listen({
      open: (signal) => api.events(signal, at),
      changed: (topics) => store.changed(topics),
    });
    return () => {
      document.removeEventListener("visibilitychange", seen);
      window.removeEventListener("focus", seen);
      window.removeEventListener("online", online);
      silence();
    };
  }, [api, store, at]);
}

interface StepsProps {
  /** Something that the person did needs the Zoom account first. */
  connecting: boolean;
  onConnected(): void;
  onLater(): void;
}

function Steps({ connecting, onConnected, onLater }: StepsProps) {
  const { setLanguage, teams } = useSession();
  const { data: me, problem, retry } = useResource<Me>(paths.me, ["account", "policy"]);
  useEffect(() => {
    if (me) setLanguage(me.settings.language);
  }, [me, setLanguage]);
  if (!me) {
    if (!problem) return <Waiting />;
    if (problem.kind === "sign_in") return <NotSignedIn onRetry={retry} reason={problem.message} />;
    return <Failed problem={problem} onRetry={retry} level={1} />;
  }
  if (me.gate) return <Gate me={me} gate={me.gate} onRetry={retry} />;
  if (!me.features.meetings) return <SwitchedOff />;
  // The meetings of a conversation are for everybody in it.
  const needed = !teams.context.conversation;
  if (me.zoom !== "linked" && needed) return <Connect me={me} why={me.zoom} onConnected={onConnected} />;
  return (
    <MeProvider me={me}>
      {connecting && (
        <Connect
          me={me}
          why={me.zoom === "not_linked" ? "not_linked" : "relink"}
          onConnected={onConnected}
          onLater={onLater}
        />
      )}
      <div hidden={connecting}>
        <Pages />
      </div>
    </MeProvider>
  );
}
