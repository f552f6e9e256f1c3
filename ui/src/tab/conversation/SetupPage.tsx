// What somebody sees who is about to add the tab to a chat or channel. Nothing is read yet: nobody needs to sign in.

import { makeStyles, Text } from "@fluentui/react-components";
import { useEffect } from "react";
import { useSession } from "../session";

const useStyles = makeStyles({
  root: { display: "grid", gap: "12px", padding: "20px 24px", maxWidth: "640px" },
});

export function SetupPage() {
  const styles = useStyles();
  const { t, teams } = useSession();
  useEffect(() => {
    document.title = t("tab.setup_title");
    teams.offerTab(t("tab.name"));
  }, [t, teams]);
  return (
    <div className={styles.root}>
      <Text as="h1" size={500} weight="semibold">
        {t("tab.setup_title")}
      </Text>
      <Text as="p">{t("tab.setup_text")}</Text>
      <Text as="p">{t(teams.context.conversation?.team ? "tab.setup_save_channel" : "tab.setup_save")}</Text>
    </div>
  );
}
