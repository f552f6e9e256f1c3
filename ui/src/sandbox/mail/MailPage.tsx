// The person's mailbox: what the calendar server sent, to read.

import { Avatar, Badge, Button, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import {
  ArrowLeftRegular,
  CalendarRegular,
  MailInboxRegular,
  MailProhibitedRegular,
} from "@fluentui/react-icons";
import { type Mail, paths } from "../api";
import { plainText, safeHtml } from "../html";
import { useResource } from "../live";
import { usePlace } from "../place";
import { usePreferences } from "../preferences";
import { Empty, Failed, Loading } from "../shell/feedback";
import { useWorld } from "../shell/world";
import { useText } from "../text/text";

const useStyles = makeStyles({
  list: {
    width: "340px",
    flex: "none",
    display: "flex",
    flexDirection: "column",
    borderRight: `1px solid ${tokens.colorNeutralStroke3}`,
    minHeight: 0,
    "@media (max-width: 800px)": { width: "250px" },
  },
  wide: { width: "100%", "@media (max-width: 800px)": { width: "100%" }, border: 0 },
  title: { padding: "14px 16px 10px" },
  rows: { listStyle: "none", margin: 0, padding: "0 8px 12px", overflowY: "auto", flex: 1 },
  row: {
    width: "100%",
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) auto",
    gap: "0 8px",
    padding: "8px 10px",
    border: `1px solid ${tokens.colorTransparentStroke}`,
    borderLeft: `3px solid ${tokens.colorTransparentStroke}`,
    borderRadius: tokens.borderRadiusMedium,
    background: "transparent",
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    ":hover": { background: tokens.colorNeutralBackground1Hover, color: tokens.colorNeutralForeground1Hover },
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: "-2px" },
  },
  open: {
    background: tokens.colorNeutralBackground1Selected,
    color: tokens.colorNeutralForeground1Selected,
    borderLeftColor: tokens.colorBrandStroke1,
  },
  line: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  across: { gridColumn: "1 / -1" },
  quiet: { opacity: 0.78 },
  reader: {
    flex: 1,
    minWidth: 0,
    overflowY: "auto",
    background: tokens.colorNeutralBackground1,
    padding: "20px 28px",
  },
  phoneReader: { padding: "8px 14px 20px" },
  head: {
    display: "grid",
    gridTemplateColumns: "40px minmax(0, 1fr)",
    gap: "12px",
    padding: "14px 0",
    alignItems: "start",
    overflowWrap: "anywhere",
  },
  stripe: {
    display: "flex",
    gap: "10px",
    alignItems: "center",
    flexWrap: "wrap",
    padding: "10px 14px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground3,
    marginBottom: "16px",
  },
  flex: { flex: 1 },
  html: {
    overflowWrap: "anywhere",
    lineHeight: "22px",
    "& a": { color: tokens.colorBrandForegroundLink },
    "& table": { borderSpacing: "0 4px" },
    "& td": { paddingInlineEnd: "16px", verticalAlign: "top" },
  },
  words: { display: "grid" },
});

export default function MailPage() {
  const styles = useStyles();
  const { t } = useText();
  const { phone } = usePreferences();
  const { place } = usePlace();
  const { me } = useWorld();
  const answer = useResource<{ mail: Mail[] }>(paths.mail(me.handle), [`mail:${me.handle}`]);
  if (!me.mailbox) {
    return (
      <Empty icon={<MailProhibitedRegular />} title={t("mail.nobox.title")}>
        {t("mail.nobox.body", { name: me.name })}
      </Empty>
    );
  }
  const mail = (answer.data?.mail ?? []).toSorted((a, b) => b.at.localeCompare(a.at));
  const open = mail.find(({ id }) => id === place.item);
  return (
    <>
      {(!phone || !open) && (
        <section className={mergeClasses(styles.list, phone && styles.wide)} aria-label={t("rail.mail")}>
          <Text as="h2" size={500} weight="bold" className={styles.title}>
            {t("mail.inbox")}
          </Text>
          {answer.loading && <Loading />}
          {answer.error && !answer.data && <Failed error={answer.error} onRetry={answer.retry} />}
          {answer.data && mail.length === 0 && (
            <Empty compact icon={<MailInboxRegular />} title={t("mail.empty.title")}>
              {t("mail.empty.body")}
            </Empty>
          )}
          {mail.length > 0 && (
            <ul className={styles.rows}>
              {mail.map((one) => (
                <li key={one.id}>
                  <Row mail={one} open={one.id === open?.id} />
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {open ? (
        <Reader mail={open} />
      ) : (
        !phone && (
          <section className={styles.reader} aria-label={t("mail.reader")}>
            <Empty icon={<MailInboxRegular />} title={t("mail.choose")} />
          </section>
        )
      )}
    </>
  );
}

function Row({ mail, open }: { mail: Mail; open: boolean }) {
  const styles = useStyles();
  const { moment } = useText();
  const { me } = useWorld();
  const { go } = usePlace();
  return (
    <button
      type="button"
      className={mergeClasses(styles.row, open && styles.open)}
      aria-current={open ? "true" : undefined}
      onClick={() => go({ item: mail.id })}
    >
      <Text weight="semibold" className={styles.line}>
        {mail.from.name}
      </Text>
      <Text size={200} className={styles.quiet}>
        {moment(mail.at, me.zone)}
      </Text>
      <Text className={mergeClasses(styles.line, styles.across)}>{mail.subject}</Text>
      <Text size={200} className={mergeClasses(styles.line, styles.across, styles.quiet)}>
        {plainText(mail.html)}
      </Text>
    </button>
  );
}

const colors = {
  message: "informative",
  invitation: "brand",
  update: "warning",
  cancellation: "danger",
  response: "success",
} as const;

function Reader({ mail }: { mail: Mail }) {
  const styles = useStyles();
  const { t, moment } = useText();
  const { phone } = usePreferences();
  const { me } = useWorld();
  const { go } = usePlace();
  return (
    <section
      className={mergeClasses(styles.reader, phone && styles.phoneReader)}
      aria-label={t("mail.reader")}
    >
      {phone && (
        <Button appearance="subtle" icon={<ArrowLeftRegular />} onClick={() => go({ item: "" })}>
          {t("back")}
        </Button>
      )}
      <Text as="h2" size={500} weight="semibold" block>
        {mail.subject}
      </Text>
      <div className={styles.head}>
        <Avatar name={mail.from.name} size={40} color="colorful" aria-hidden />
        <div className={styles.words}>
          <Text weight="semibold">{mail.from.name}</Text>
          <Text size={200} className={styles.quiet}>
            {t("mail.to", { people: mail.to.map(({ name }) => name).join(", ") })}
          </Text>
          <Text size={200} className={styles.quiet}>
            {moment(mail.at, me.zone)}
          </Text>
        </div>
      </div>
      <div className={styles.stripe}>
        <CalendarRegular fontSize={20} aria-hidden />
        <Badge appearance="tint" color={colors[mail.kind]}>
          {t(`mail.${mail.kind}`)}
        </Badge>
        <span className={styles.flex} />
        <Button size="small" onClick={() => go({ page: "calendar", item: "" })}>
          {t("mail.calendar")}
        </Button>
      </div>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: safeHtml lets only listed elements through. */}
      <div className={styles.html} dangerouslySetInnerHTML={{ __html: safeHtml(mail.html) }} />
    </section>
  );
}
