// A card on a page, mostly with a title.

import { makeStyles, Text, tokens } from "@fluentui/react-components";
import { type ReactNode, useId } from "react";

const useStyles = makeStyles({
  section: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    gap: "16px",
    padding: "20px 24px",
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    "@media (max-width: 600px)": { padding: "16px" },
  },
  head: { display: "flex", gap: "4px 12px", alignItems: "baseline", flexWrap: "wrap" },
  note: { color: tokens.colorNeutralForeground3 },
});

export interface SectionProps {
  title?: string;
  /** Beside the title. */
  note?: string;
  children: ReactNode;
}

export function Section({ title, note, children }: SectionProps) {
  const styles = useStyles();
  const id = useId();
  return (
    <section className={styles.section} aria-labelledby={title ? id : undefined}>
      {title && (
        <div className={styles.head}>
          <Text as="h2" id={id} size={400} weight="semibold">
            {title}
          </Text>
          {note && (
            <Text size={200} className={styles.note}>
              {note}
            </Text>
          )}
        </div>
      )}
      {children}
    </section>
  );
}
