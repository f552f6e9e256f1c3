// Who is invited, and what each answered, as far as the reader is told.

import { makeStyles, Persona, tokens } from "@fluentui/react-components";
import {
  CheckmarkCircleRegular,
  ConferenceRoomRegular,
  DismissCircleRegular,
  type FluentIcon,
  QuestionCircleRegular,
} from "@fluentui/react-icons";
import type { Invitee } from "../api";
import { useSession } from "../session";
import { Section } from "../shell/Section";
import type { Key } from "../text/text";

const useStyles = makeStyles({
  list: {
    listStyle: "none",
    margin: 0,
    padding: 0,
    display: "grid",
    gridTemplateColumns: "repeat(auto-fill, minmax(min(260px, 100%), 1fr))",
    gap: "12px 24px",
  },
  item: { minWidth: 0, overflowWrap: "anywhere" },
  answer: { display: "inline-flex", gap: "4px", alignItems: "center" },
  accepted: { color: tokens.colorStatusSuccessForeground1 },
  declined: { color: tokens.colorStatusDangerForeground1 },
  tentative: { color: tokens.colorStatusWarningForeground3 },
  none: { color: tokens.colorNeutralForeground3 },
});

type Answer = NonNullable<Invitee["answer"]>;
const answers: Record<Answer, [Key, FluentIcon | undefined]> = {
  accepted: ["tab.answer_accepted", CheckmarkCircleRegular],
  tentative: ["tab.answer_tentative", QuestionCircleRegular],
  declined: ["tab.answer_declined", DismissCircleRegular],
  none: ["tab.answer_none", undefined],
};

export function People({ invitees }: { invitees: Invitee[] }) {
  const styles = useStyles();
  const { t } = useSession();
  if (invitees.length === 0) return null;
  const count = (answer: Answer) => invitees.filter((invitee) => invitee.answer === answer).length;
  const told = (["accepted", "tentative", "declined"] as const).filter((answer) => count(answer) > 0);
  return (
    <Section
      title={t("tab.people_count", { Count: invitees.length })}
      note={told.map((answer) => t(`tab.count_${answer}`, { Count: count(answer) })).join(" · ")}
    >
      <ul className={styles.list}>
        {invitees.map((invitee) => (
          <li key={`${invitee.address} ${invitee.name}`} className={styles.item}>
            <Persona
              name={invitee.name || invitee.address || ""}
              {...(invitee.kind === "room"
                ? { avatar: { icon: <ConferenceRoomRegular />, initials: null, "aria-hidden": true } }
                : { avatar: { "aria-hidden": true } })}
              secondaryText={<AnswerOf invitee={invitee} />}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function AnswerOf({ invitee }: { invitee: Invitee }) {
  const styles = useStyles();
  const { t } = useSession();
  const { answer } = invitee;
  const [key, Icon] = answer ? answers[answer] : [];
  const kind = invitee.kind === "guest" ? t("tab.guest") : invitee.kind === "room" ? t("tab.room") : "";
  return (
    <span className={styles.answer}>
      {answer && key && (
        <span className={styles.answer}>
          {Icon && <Icon className={styles[answer]} aria-hidden />}
          {t(key)}
        </span>
      )}
      {answer && kind && " · "}
      {kind}
    </span>
  );
}
