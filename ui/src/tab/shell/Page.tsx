// The frame of a page: its heading, the way back, and where the focus goes when it appears.

import { Button, makeStyles, mergeClasses, Text } from "@fluentui/react-components";
import { ArrowLeftRegular } from "@fluentui/react-icons";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { useSession } from "../session";

const useStyles = makeStyles({
  page: {
    boxSizing: "border-box",
    width: "100%",
    maxWidth: "960px",
    margin: "0 auto",
    padding: "20px 24px 48px",
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr)",
    gap: "20px",
    alignContent: "start",
    "@media (max-width: 600px)": { padding: "12px 12px 40px", gap: "16px" },
  },
  narrow: { maxWidth: "760px" },
  head: { display: "flex", alignItems: "center", gap: "8px", minHeight: "40px" },
  title: { flex: 1, minWidth: 0, overflowWrap: "anywhere", outline: "none", lineHeight: "1.25" },
});

export interface PageProps {
  title: ReactNode;
  /** What the window is called; the title when that is text. */
  name?: string;
  back?: boolean;
  narrow?: boolean;
  aside?: ReactNode;
  children: ReactNode;
}

export function Page({ title, name, back = true, narrow, aside, children }: PageProps) {
  const styles = useStyles();
  const { t, navigation } = useSession();
  const heading = useHeadingFocus(back);
  const called = name ?? (typeof title === "string" ? title : "");
  useEffect(() => {
    document.title = called;
  }, [called]);
  return (
    <div className={mergeClasses(styles.page, narrow && styles.narrow)}>
      <div className={styles.head}>
        {back && (
          <Button
            appearance="subtle"
            icon={<ArrowLeftRegular />}
            aria-label={t("tab.back")}
            onClick={navigation.back}
          />
        )}
        <Text as="h1" size={600} weight="bold" className={styles.title} tabIndex={-1} ref={heading}>
          {title}
        </Text>
        {aside}
      </div>
      {children}
    </div>
  );
}

/** A page that replaced another begins at its heading, for people who do not see that it did; before a link in it to which they come back asks. */
function useHeadingFocus(wanted: boolean) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (wanted) heading.current?.focus({ preventScroll: true });
    document.getElementById("scroll")?.scrollTo?.({ top: 0 });
  }, [wanted]);
  return heading;
}
