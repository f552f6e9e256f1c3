import { makeStyles } from "@fluentui/react-components";
import { AppFolderRegular } from "@fluentui/react-icons";
import type { App } from "../api";

const useStyles = makeStyles({
  icon: { borderRadius: "22%", flex: "none", objectFit: "cover", display: "block" },
});

/** The colour icon of the uploaded package. */
export function AppIcon({ app, size }: { app: Pick<App, "icon">; size: number }) {
  const styles = useStyles();
  if (!app.icon) return <AppFolderRegular fontSize={size} />;
  return <img className={styles.icon} src={app.icon} width={size} height={size} alt="" />;
}
