// The bar above everything: what this page is, the command box, how it looks, and who one is.

import {
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from "@fluentui/react-components";
import { ArrowResetRegular, SettingsRegular } from "@fluentui/react-icons";
import { live } from "../live";
import { type Language, type Layout, type ThemeName, usePreferences } from "../preferences";
import { useText } from "../text/text";
import { CommandBox } from "./CommandBox";
import { PeopleSwitcher } from "./PeopleSwitcher";

const useStyles = makeStyles({
  bar: {
    display: "grid",
    gridTemplateColumns: "minmax(0, 1fr) minmax(0, 2fr) minmax(0, 1fr)",
    alignItems: "center",
    gap: "12px",
    height: "48px",
    flex: "none",
    padding: "0 12px 0 16px",
  },
  phone: {
    gridTemplateColumns: "1fr auto",
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: "0 8px 0 12px",
  },
  brand: { display: "flex", alignItems: "center", gap: "10px", minWidth: 0 },
  name: { overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap" },
  right: { display: "flex", justifyContent: "flex-end", alignItems: "center", gap: "4px" },
});

export function TopBar() {
  const styles = useStyles();
  const { phone } = usePreferences();
  const { t } = useText();
  return (
    <div className={mergeClasses(styles.bar, phone && styles.phone)}>
      <div className={styles.brand}>
        <img src="/ui/icon.svg" width={26} height={26} alt="" />
        <Text as="h1" weight="semibold" size={300} className={styles.name}>
          {t("title")}
        </Text>
      </div>
      {!phone && <CommandBox />}
      <div className={styles.right}>
        <Settings />
        <PeopleSwitcher />
      </div>
    </div>
  );
}

function Settings() {
  const { t } = useText();
  const { theme, language, layout, set } = usePreferences();
  return (
    <Menu
      checkedValues={{ theme: [theme], language: [language], layout: [layout] }}
      onCheckedValueChange={(_, { name, checkedItems }) => {
        const value = checkedItems[0];
        if (name === "theme") set({ theme: value as ThemeName });
        if (name === "language") set({ language: value as Language });
        if (name === "layout") set({ layout: value as Layout });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button appearance="subtle" icon={<SettingsRegular />} aria-label={t("settings.title")} />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{t("settings.theme")}</MenuGroupHeader>
            {(["light", "dark", "contrast"] as const).map((name) => (
              <MenuItemRadio key={name} name="theme" value={name}>
                {t(`settings.theme.${name}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("settings.language")}</MenuGroupHeader>
            <MenuItemRadio name="language" value="en">
              English
            </MenuItemRadio>
            <MenuItemRadio name="language" value="fr">
              Français
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t("settings.layout")}</MenuGroupHeader>
            <MenuItemRadio name="layout" value="auto">
              {t("settings.layout.auto")}
            </MenuItemRadio>
            <MenuItemRadio name="layout" value="phone">
              {t("settings.layout.phone")}
            </MenuItemRadio>
          </MenuGroup>
          <MenuDivider />
          <MenuItem icon={<ArrowResetRegular />} onClick={() => live.refreshAll()}>
            {t("settings.refresh")}
          </MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
