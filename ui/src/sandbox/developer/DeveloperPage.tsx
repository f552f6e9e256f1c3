// For developers: what went over the wire, what it did, and how to disturb it.

import { makeStyles, Tab, TabList, Text, tokens } from "@fluentui/react-components";
import type { ReactNode } from "react";
import { usePlace } from "../place";
import { useText } from "../text/text";
import { Faults } from "./Faults";
import { Ledger } from "./Ledger";
import { Traffic } from "./Traffic";
import { WorldControls } from "./WorldControls";
import { ZoomClient } from "./ZoomClient";

const panels = { traffic: Traffic, ledger: Ledger, faults: Faults, world: WorldControls, zoom: ZoomClient };
type Panel = keyof typeof panels;

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  head: { padding: "14px 20px 0" },
  tabs: {
    padding: "0 10px",
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    overflowX: "auto",
    flex: "none",
  },
  body: { flex: 1, minHeight: 0, display: "flex" },
});

export default function DeveloperPage() {
  const styles = useStyles();
  const { t } = useText();
  const { place, go } = usePlace();
  const open: Panel = place.item && place.item in panels ? (place.item as Panel) : "traffic";
  const Shown: () => ReactNode = panels[open];
  return (
    <div className={styles.page}>
      <Text as="h2" size={500} weight="bold" className={styles.head}>
        {t("rail.developer")}
      </Text>
      <TabList
        className={styles.tabs}
        selectedValue={open}
        onTabSelect={(_, { value }) => go({ item: String(value) })}
      >
        {(Object.keys(panels) as Panel[]).map((name) => (
          <Tab key={name} value={name}>
            {t(`dev.${name}`)}
          </Tab>
        ))}
      </TabList>
      <div className={styles.body} role="tabpanel" aria-label={t(`dev.${open}`)}>
        <Shown />
      </div>
    </div>
  );
}
