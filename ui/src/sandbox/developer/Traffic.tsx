// Every request between the product and the two emulated platforms, as it went over the wire.

import { Badge, Button, Input, makeStyles, mergeClasses, Text, tokens } from "@fluentui/react-components";
import { ArrowSwapRegular, DismissRegular, FilterRegular } from "@fluentui/react-icons";
import { useState } from "react";
import { paths, type TrafficRow } from "../api";
import { useTail } from "../live";
import { Empty, Loading } from "../shell/feedback";
import { useText } from "../text/text";
import { exact, pretty, Table, useTableStyles } from "./parts";

const useStyles = makeStyles({
  page: { flex: 1, minWidth: 0, display: "flex", flexDirection: "column" },
  filter: { margin: "10px 20px", maxWidth: "360px" },
  split: { flex: 1, minHeight: 0, display: "flex", flexWrap: "wrap", overflow: "auto" },
  list: { flex: "1 1 340px", minWidth: 0, display: "flex", maxHeight: "100%" },
  open: { background: tokens.colorNeutralBackground1Selected, color: tokens.colorNeutralForeground1Selected },
  link: {
    padding: 0,
    border: "none",
    background: "transparent",
    color: "inherit",
    font: "inherit",
    textAlign: "start",
    cursor: "pointer",
    overflowWrap: "anywhere",
    ":focus-visible": { outline: `2px solid ${tokens.colorStrokeFocus2}` },
    ":hover": { textDecorationLine: "underline" },
  },
  detail: {
    flex: "1 1 380px",
    minWidth: 0,
    maxHeight: "100%",
    overflow: "auto",
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    padding: "12px 16px",
    boxSizing: "border-box",
  },
  title: { display: "flex", gap: "8px", alignItems: "flex-start", overflowWrap: "anywhere" },
  words: { flex: 1, minWidth: 0 },
  code: {
    margin: "4px 0 12px",
    padding: "10px",
    borderRadius: tokens.borderRadiusMedium,
    background: tokens.colorNeutralBackground3,
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: "12px",
    lineHeight: "17px",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
});

export function Traffic() {
  const styles = useStyles();
  const { t } = useText();
  const [filter, setFilter] = useState("");
  const [open, setOpen] = useState<number>();
  const { data, loading } = useTail<TrafficRow>(paths.traffic, "traffic", 1000);
  const wanted = filter.trim().toLowerCase();
  const rows = (data ?? [])
    .filter((row) =>
      `${row.from} ${row.to} ${row.method} ${row.url} ${row.status}`.toLowerCase().includes(wanted),
    )
    .toReversed();
  const chosen = data?.find(({ seq }) => seq === open);
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
        <Empty icon={<ArrowSwapRegular />} title={t("dev.traffic.empty")} />
      ) : (
        <div className={styles.split}>
          <div className={styles.list}>
            <Rows rows={rows} open={open} onOpen={setOpen} />
          </div>
          {chosen && <Detail row={chosen} onClose={() => setOpen(undefined)} />}
        </div>
      )}
    </div>
  );
}

function Rows({
  rows,
  open,
  onOpen,
}: {
  rows: TrafficRow[];
  open: number | undefined;
  onOpen(seq: number): void;
}) {
  const styles = useStyles();
  const table = useTableStyles();
  const { t, format } = useText();
  return (
    <Table
      label={t("dev.traffic")}
      columns={[t("dev.at"), t("dev.way"), t("dev.request"), t("dev.status"), "ms"]}
    >
      {rows.map((row) => (
        <tr key={row.seq} className={row.seq === open ? styles.open : ""}>
          <td className={mergeClasses(table.cell, table.nowrap, table.quiet)}>{format(row.at, exact)}</td>
          <td className={mergeClasses(table.cell, table.nowrap)}>
            {row.from} → {row.to}
          </td>
          <td className={mergeClasses(table.cell, table.mono, table.request)}>
            <button type="button" className={styles.link} onClick={() => onOpen(row.seq)}>
              {row.method} {pathOf(row.url)}
            </button>
          </td>
          <td className={table.cell}>
            <Badge
              appearance="tint"
              color={
                row.status >= 500 || row.status === 0 ? "danger" : row.status >= 400 ? "warning" : "success"
              }
            >
              {row.status || "—"}
            </Badge>
          </td>
          <td className={mergeClasses(table.cell, table.quiet)}>{Math.round(row.ms)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Detail({ row, onClose }: { row: TrafficRow; onClose(): void }) {
  const styles = useStyles();
  const { t } = useText();
  return (
    <section className={styles.detail} aria-label={t("dev.detail")} tabIndex={-1}>
      <div className={styles.title}>
        <Text weight="semibold" className={styles.words}>
          {row.method} {row.url}
        </Text>
        <Button
          appearance="subtle"
          size="small"
          icon={<DismissRegular />}
          aria-label={t("dialog.close")}
          onClick={onClose}
        />
      </div>
      <Side title={t("dev.request")} headers={row.request.headers} body={row.request.body} />
      <Side
        title={`${t("dev.response")} ${row.status || ""}`}
        headers={row.response.headers}
        body={row.response.body}
      />
    </section>
  );
}

function Side({
  title,
  headers,
  body,
}: {
  title: string;
  headers: Record<string, string> | null;
  body: string;
}) {
  const styles = useStyles();
  const lines = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <Text as="h3" weight="semibold" size={300} block style={{ marginTop: 8 }}>
        {title}
      </Text>
      {lines.length > 0 && <pre className={styles.code}>{lines.join("\n")}</pre>}
      {body && <pre className={styles.code}>{pretty(body)}</pre>}
    </>
  );
}

function pathOf(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}
