// The field in which one types what a list is searched for.

import { SearchBox } from "@fluentui/react-components";
import { useSession } from "../session";

export interface SearchProps {
  label: string;
  value: string;
  className?: string | undefined;
  onChange(value: string): void;
}

export function Search({ label, value, className, onChange }: SearchProps) {
  const { t } = useSession();
  return (
    <SearchBox
      className={className}
      placeholder={label}
      aria-label={label}
      value={value}
      dismiss={value ? { "aria-label": t("tab.search_clear") } : null}
      onChange={(_, data) => onChange(data.value)}
    />
  );
}
