import { Badge, Input, makeStyles, mergeClasses } from "@fluentui/react-components";
import { BookRegular, FilterRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { type LedgerRow, paths } from "../api";
import { useTail } from "../live";
import { Empty, Loading } from "../shell/feedback";
import { useText } from "../text/text";
import { exact, Table, useTableStyles } from "./parts";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  filter: { margin: "10px 20px", maxWidth: "360px" },
});

/** What both platforms really did, newest first. */
export function Ledger() {
  const styles = useStyles();
  const table = useTableStyles();
  const { t, format } = useText();
  const [filter, setFilter] = useState("");
  const { data, loading } = useTail<LedgerRow>(paths.ledger, "ledger", 2000);
  const wanted = filter.trim().toLowerCase();
  const rows = (data ?? [])
    .filter((row) => `${row.side} ${row.effect} ${row.subject} ${row.by}`.toLowerCase().includes(wanted))
    .toReversed();
  if (loading) return <Loading />;
  return (
    <div className={styles.page}>
      <Input
        className={styles.filter}
        size="small"
        contentBefore={<FilterRegular />}
        value={filter}
        placeholder={t("dev.filter")}
        aria-label={t("dev.filter")}
        onChange={(_, change) => setFilter(change.value)}
      />
      {rows.length === 0 ? (
        <Empty icon={<BookRegular />} title={t("dev.ledger.empty")} />
      ) : (
        <Table
          label={t("dev.ledger")}
          columns={[
            "#",
            t("dev.at"),
            t("dev.side"),
            t("dev.effect"),
            t("dev.subject"),
            t("dev.by"),
            t("dev.detail"),
          ]}
        >
          {rows.map((row) => (
            <tr key={row.seq}>
              <td className={mergeClasses(table.cell, table.quiet)}>{row.seq}</td>
              <td className={mergeClasses(table.cell, table.nowrap)}>{format(row.at, exact)}</td>
              <td className={table.cell}>
                <Badge appearance="tint" color={row.side === "zoom" ? "informative" : "brand"}>
                  {row.side}
                </Badge>
              </td>
              <td className={mergeClasses(table.cell, table.nowrap)}>{row.effect}</td>
              <td className={mergeClasses(table.cell, table.mono)}>{row.subject}</td>
              <td className={table.cell}>{row.by}</td>
              <td className={mergeClasses(table.cell, table.mono, table.quiet)}>{details(row)}</td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  );
}

function details(row: LedgerRow): string {
  return Object.entries(row.detail ?? {})
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}
