// The outline of the list, before anything is known.

import { makeStyles, Skeleton, SkeletonItem } from "@fluentui/react-components";

const useStyles = makeStyles({
  page: {
    boxSizing: "border-box",
    maxWidth: "960px",
    margin: "0 auto",
    padding: "20px 24px",
    display: "grid",
    gap: "20px",
    "@media (max-width: 600px)": { padding: "12px" },
  },
  tiles: {
    display: "grid",
    gap: "12px",
    gridTemplateColumns: "repeat(4, minmax(0, 1fr))",
    "@media (max-width: 700px)": { gridTemplateColumns: "repeat(2, minmax(0, 1fr))" },
  },
  tile: { height: "72px" },
  hero: { height: "140px" },
  title: { width: "180px" },
});

export function Waiting() {
  const styles = useStyles();
  return (
    <Skeleton className={styles.page} aria-label="…" aria-busy>
      <SkeletonItem size={32} className={styles.title} />
      <div className={styles.tiles}>
        {["a", "b", "c", "d"].map((name) => (
          <SkeletonItem key={name} className={styles.tile} />
        ))}
      </div>
      <SkeletonItem className={styles.hero} />
      <RowsWaiting />
    </Skeleton>
  );
}

const useRowStyles = makeStyles({
  rows: { display: "grid", gap: "8px" },
  row: { height: "64px" },
});

export function RowsWaiting({ rows = 4 }: { rows?: number }) {
  const styles = useRowStyles();
  return (
    <div className={styles.rows}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: these stand for nothing.
        <SkeletonItem key={row} className={styles.row} />
      ))}
    </div>
  );
}
