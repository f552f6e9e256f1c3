// What runs at the emulated Zoom: meetings, and who is in them.

import { Badge, Button, Link, makeStyles, Text, tokens } from "@fluentui/react-components";
import { VideoOffRegular } from "@fluentui/react-icons";
import { api, paths, type ZoomMeeting } from "../api";
import { live, useResource } from "../live";
import { useOutcomes } from "../outcome/outcomes";
import { Empty, Loading } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, minHeight: 0, display: "flex", flexDirection: "column" },
  portal: { padding: "14px 20px 0" },
  list: {
    flex: 1,
    listStyle: "none",
    margin: 0,
    padding: "16px 20px",
    display: "grid",
    gap: "8px",
    alignContent: "start",
    overflowY: "auto",
  },
  item: {
    display: "flex",
    gap: "12px",
    alignItems: "center",
    padding: "12px 14px",
    maxWidth: "900px",
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke3}`,
    background: tokens.colorNeutralBackground1,
  },
  words: { flex: 1, minWidth: 0, display: "grid", overflowWrap: "anywhere" },
  deeds: { display: "flex", gap: "8px", flexWrap: "wrap", justifyContent: "end" },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function ZoomClient() {
  const styles = useStyles();
  return (
    <div className={styles.page}>
      <Portal />
      <Meetings />
    </div>
  );
}

/** The way to Zoom's web portal, as the person who is looking: meetings made there come from outside of Teams. */
function Portal() {
  const styles = useStyles();
  const { t } = useText();
  const { state, me } = useWorld();
  if (!state) return null;
  const page = me.zoom === "none" ? "/portal" : `/portal/${encodeURIComponent(me.handle)}`;
  return (
    <Text className={styles.portal}>
      <Link href={state.zoomUrl + page} target="_blank" rel="noreferrer">
        {t("dev.zoom.portal")}
      </Link>
    </Text>
  );
}

function Meetings() {
  const styles = useStyles();
  const { t } = useText();
  const outcomes = useOutcomes();
  const { data, loading } = useResource<{ meetings: ZoomMeeting[] | null }>(paths.client, [
    "client",
    "ledger",
  ]);
  if (loading) return <Loading />;
  const meetings = data?.meetings ?? [];
  if (meetings.length === 0) return <Empty icon={<VideoOffRegular />} title={t("dev.zoom.empty")} />;
  const act = (deed: (id: string) => Promise<unknown>, id: string) =>
    void outcomes.run({}, async () => {
      await deed(id);
      live.refresh(paths.client);
      return { type: "closed" };
    });
  return (
    <ul className={styles.list}>
      {meetings.map((meeting) => (
        <li key={meeting.id} className={styles.item}>
          <span className={styles.words}>
            <Text weight="semibold">{meeting.topic}</Text>
            <Text size={200} className={styles.quiet}>
              {meeting.id} · {meeting.host} ·{" "}
              {(meeting.participants ?? []).map(({ name }) => name).join(", ") || t("dev.zoom.nobody")}
            </Text>
          </span>
          <Badge appearance="tint" color={meeting.state === "started" ? "success" : "informative"}>
            {meeting.state}
          </Badge>
          {meeting.state === "started" && (
            <span className={styles.deeds}>
              {!meeting.recording && (
                <Button size="small" onClick={() => act(api.recordMeeting, meeting.id)}>
                  {t("dev.zoom.record")}
                </Button>
              )}
              {!meeting.summarising && (
                <Button size="small" onClick={() => act(api.summariseMeeting, meeting.id)}>
                  {t("dev.zoom.summarise")}
                </Button>
              )}
              <Button size="small" onClick={() => act(api.endMeeting, meeting.id)}>
                {t("dev.zoom.end")}
              </Button>
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
