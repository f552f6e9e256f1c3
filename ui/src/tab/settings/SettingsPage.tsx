// The person's own settings. Each is kept the moment it is changed.

import {
  Avatar,
  Button,
  Field,
  makeStyles,
  Select,
  Skeleton,
  Switch,
  Text,
  tokens,
} from "@fluentui/react-components";
import { PlugDisconnectedRegular } from "@fluentui/react-icons";
import { useEffect, useRef, useState } from "react";
import { type Me, paths, type Settings } from "../api";
import { useAction, useMe, useSession } from "../session";
import { FormDialog } from "../shell/FormDialog";
import { Bar, Failed, ProblemBar } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Section } from "../shell/Section";
import { useConnect } from "../start/Connect";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import { WindowEnded } from "../teams";

const useStyles = makeStyles({
  account: { display: "flex", gap: "16px", alignItems: "center", flexWrap: "wrap" },
  words: { flex: "1 1 180px", minWidth: 0, display: "grid", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
  select: { maxWidth: "320px" },
  switch: { marginInlineStart: "-8px" },
});

export default function SettingsPage() {
  const { t } = useSession();
  const read = useResource<Settings>("/settings", ["account"]);
  return (
    <Page title={t("tab.settings")} narrow>
      <Account />
      <Calendar />
      {read.data ? (
        <Chosen settings={read.data} />
      ) : read.problem ? (
        <Failed problem={read.problem} onRetry={read.retry} />
      ) : (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting rows={3} />
        </Skeleton>
      )}
    </Page>
  );
}

function Account() {
  const styles = useStyles();
  const { t } = useSession();
  const me = useMe();
  const [asking, setAsking] = useState(false);
  return (
    <Section title={t("tab.account")}>
      <div className={styles.account}>
        <Avatar name={me.zoomName ?? me.name} size={40} aria-hidden />
        <div className={styles.words}>
          <Text weight="semibold">{me.zoomName ?? me.name}</Text>
          <Text size={200} className={styles.quiet}>
            {me.zoomEmail ?? t("tab.account_connected")}
          </Text>
        </div>
        <Button icon={<PlugDisconnectedRegular />} onClick={() => setAsking(true)}>
          {t("tab.disconnect")}
        </Button>
      </div>
      {asking && <Disconnect onClose={() => setAsking(false)} />}
    </Section>
  );
}

function Disconnect({ onClose }: { onClose(): void }) {
  const { t, api, store, notify } = useSession();
  const action = useAction();
  const disconnect = () =>
    void action.run(async () => {
      const me: Me = await api.disconnect();
      notify(t("tab.disconnected"));
      onClose();
      store.put(paths.me, ["account", "policy"], me);
      store.changed(["meetings"]);
    });
  return (
    <FormDialog
      title={t("tab.disconnect_title")}
      submit={t("tab.disconnect")}
      keep={t("tab.disconnect_keep")}
      action={action}
      onSubmit={disconnect}
      onClose={onClose}
    >
      <Text>{t("tab.disconnect_text")}</Text>
    </FormDialog>
  );
}

function Calendar() {
  const { t } = useSession();
  const { calendarState } = useMe();
  const connecting = useConnect(() => {});
  const missing = calendarState === "missing";
  return (
    <Section title={t("tab.calendar")}>
      <Text>
        {t(
          calendarState === "connected"
            ? "tab.calendar_connected"
            : missing
              ? "tab.calendar_missing"
              : "tab.no_mailbox",
        )}
      </Text>
      {missing && (
        <div>
          <Button appearance="primary" disabledFocusable={connecting.busy} onClick={connecting.open}>
            {t("tab.calendar_connect")}
          </Button>
        </div>
      )}
      <ProblemBar problem={connecting.problem} />
    </Section>
  );
}

interface ChosenProps {
  shown: Settings;
  change(part: Partial<Settings>): void;
}

function Chosen({ settings }: { settings: Settings }) {
  const { problem, ...chosen } = useKept(settings);
  return (
    <>
      <ProblemBar problem={problem} />
      <Meetings {...chosen} />
      <Notifications {...chosen} />
      <Sync {...chosen} />
      <Language {...chosen} />
    </>
  );
}

const reminders = [-1, 0, 5, 10, 15, 30, 60, 1440];

function Meetings({ shown, change }: ChosenProps) {
  const styles = useStyles();
  const { t, dates } = useSession();
  const offered = reminders.includes(shown.reminder)
    ? reminders
    : [...reminders, shown.reminder].sort((a, b) => a - b);
  const reminderName = (minutes: number) =>
    minutes < 0
      ? t("tab.reminder_none")
      : minutes === 0
        ? t("tab.reminder_start")
        : t("tab.reminder_before", { Time: dates.length(minutes) });
  return (
    <Section title={t("tab.meetings")}>
      <Field hint={t("tab.use_pmi_hint")}>
        <Switch
          className={styles.switch}
          label={t("tab.use_pmi")}
          checked={shown.pmi}
          onChange={(_, { checked }) => change({ pmi: checked })}
        />
      </Field>
      <Field label={t("tab.reminder")} hint={t("tab.reminder_hint")}>
        <Select
          className={styles.select}
          value={String(shown.reminder)}
          onChange={(_, { value }) => change({ reminder: Number(value) })}
        >
          {offered.map((minutes) => (
            <option key={minutes} value={minutes}>
              {reminderName(minutes)}
            </option>
          ))}
        </Select>
      </Field>
    </Section>
  );
}

const hours = Array.from({ length: 24 }, (_, hour) => hour);

function Notifications({ shown, change }: ChosenProps) {
  const styles = useStyles();
  const { t, dates } = useSession();
  return (
    <Section title={t("tab.notifications")}>
      <Switch
        className={styles.switch}
        label={t("tab.notify_invited")}
        checked={shown.invited}
        onChange={(_, { checked }) => change({ invited: checked })}
      />
      <Switch
        className={styles.switch}
        label={t("tab.notify_scheduled")}
        checked={shown.scheduled}
        onChange={(_, { checked }) => change({ scheduled: checked })}
      />
      <Switch
        className={styles.switch}
        label={t("tab.notify_starting")}
        checked={shown.starting ?? false}
        onChange={(_, { checked }) => change({ starting: checked })}
      />
      <Switch
        className={styles.switch}
        label={t("tab.notify_boards")}
        checked={shown.boards ?? true}
        onChange={(_, { checked }) => change({ boards: checked })}
      />
      <Switch
        className={styles.switch}
        label={t("tab.notify_mentions")}
        checked={shown.mentions ?? true}
        onChange={(_, { checked }) => change({ mentions: checked })}
      />
      <MentionMail wanted={shown.mentions ?? true} />
      <Field label={t("tab.agenda_at")} hint={t("tab.agenda_hint")}>
        <Select
          className={styles.select}
          value={String(shown.agenda ?? -1)}
          onChange={(_, { value }) => change({ agenda: Number(value), zone: dates.zone })}
        >
          <option value="-1">{t("tab.agenda_never")}</option>
          {hours.map((hour) => (
            <option key={hour} value={String(hour)}>
              {dates.time(new Date(Date.UTC(2026, 0, 1, hour)), "UTC")}
            </option>
          ))}
        </Select>
      </Field>
    </Section>
  );
}

/** Mentions in what Zoom mails, where the administrator lets people have them: on with Microsoft's consent alone. */
function MentionMail({ wanted }: { wanted: boolean }) {
  const styles = useStyles();
  const { t, api, teams, store, notify } = useSession();
  const { mentionMail } = useMe();
  const action = useAction();
  if (mentionMail === "unavailable") return null;
  const begin = async () => {
    const { url } = await api.consent(["mention_mail"]);
    try {
      await teams.authenticate(url);
    } catch (error) {
      if (error instanceof WindowEnded) return;
      throw error;
    }
    store.changed(["account"]);
  };
  const end = async () => {
    store.put(paths.me, ["account", "policy"], await api.endMentionMail());
    notify(t("tab.saved"));
  };
  return (
    <>
      <Switch
        className={styles.switch}
        label={t("tab.mention_mail")}
        checked={mentionMail === "on"}
        disabled={action.busy || (!wanted && mentionMail !== "on")}
        onChange={(_, { checked }) => void action.run(checked ? begin : end)}
      />
      <Text size={200} className={styles.quiet}>
        {t(
          wanted || mentionMail === "ended"
            ? (`tab.mention_mail_${mentionMail}` as const)
            : "tab.mention_mail_unwanted",
        )}
      </Text>
      <ProblemBar problem={action.problem} />
    </>
  );
}

function Sync({ shown, change }: ChosenProps) {
  const styles = useStyles();
  const { t } = useSession();
  const me = useMe();
  return (
    <Section title={t("tab.sync_title")}>
      {me.features.two_way_sync ? (
        <>
          <Switch
            className={styles.switch}
            label={t("tab.sync")}
            checked={shown.sync}
            disabled={!me.calendar}
            onChange={(_, { checked }) => change({ sync: checked })}
          />
          <Text size={200} className={styles.quiet}>
            {t(me.calendar ? "tab.sync_text" : "tab.sync_no_calendar")}
          </Text>
        </>
      ) : (
        <Bar>{t("tab.sync_off")}</Bar>
      )}
    </Section>
  );
}

function Language({ shown, change }: ChosenProps) {
  const styles = useStyles();
  const { t } = useSession();
  return (
    <Section title={t("tab.language")}>
      <Field label={t("tab.language_label")}>
        <Select
          className={styles.select}
          value={shown.language}
          onChange={(_, { value }) => change({ language: value as Settings["language"] })}
        >
          <option value="">{t("tab.language_teams")}</option>
          <option value="en" lang="en">
            English
          </option>
          <option value="fr" lang="fr">
            Français
          </option>
        </Select>
      </Field>
    </Section>
  );
}

/** The settings as chosen, shown at once and kept one change after another; what could not be kept is taken back. */
function useKept(settings: Settings) {
  const { api, store, notify, setLanguage, t } = useSession();
  const action = useAction();
  const [mine, setMine] = useState<Partial<Settings>>({});
  const [saved, setSaved] = useState(0);
  const said = useRef(0);
  // Said when it shows: in the language that was chosen just now.
  useEffect(() => {
    if (said.current === saved) return;
    said.current = saved;
    notify(t("tab.saved"));
  }, [saved, notify, t]);
  const queue = useRef(Promise.resolve());
  const latest = useRef(settings);
  latest.current = settings;
  const change = (part: Partial<Settings>) => {
    setMine((before) => ({ ...before, ...part }));
    queue.current = queue.current.then(() =>
      action
        .run(async () => {
          const kept = await api.saveSettings({ ...latest.current, ...part });
          latest.current = kept;
          store.put("/settings", ["account"], kept);
          store.refresh(paths.me);
          setLanguage(kept.language);
          setSaved((times) => times + 1);
        })
        .then(() => setMine((before) => without(before, part))),
    );
  };
  return { shown: { ...settings, ...mine }, change, problem: action.problem };
}

function without(from: Partial<Settings>, part: Partial<Settings>): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(from).filter(([name, value]) => part[name as keyof Settings] !== value),
  ) as Partial<Settings>;
}
