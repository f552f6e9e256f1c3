// What a whiteboard looks like, once its row is seen; a plain tile until then, and where there is no picture.

import { makeStyles, tokens } from "@fluentui/react-components";
import { WhiteboardRegular } from "@fluentui/react-icons";
import { useEffect, useRef, useState } from "react";
import type { Board } from "../api";
import { useSession } from "../session";
import type { Pictures } from "./pictures";

const useStyles = makeStyles({
  tile: {
    flex: "none",
    boxSizing: "border-box",
    width: "96px",
    height: "54px",
    display: "grid",
    placeItems: "center",
    overflow: "hidden",
    fontSize: "24px",
    color: tokens.colorNeutralForeground3,
    background: tokens.colorNeutralBackground3,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  picture: { display: "block", width: "100%", height: "100%", objectFit: "cover" },
});

export function Thumbnail({ board, pictures }: { board: Board; pictures: Pictures }) {
  const styles = useStyles();
  const { t } = useSession();
  const tile = useRef<HTMLSpanElement>(null);
  const [picture, setPicture] = useState("");
  const { id, modified } = board;
  useEffect(() => {
    let gone = false;
    const load = () =>
      void pictures.of({ id, modified }).then((found) => {
        if (!gone) setPicture(found);
      });
    const observer =
      "IntersectionObserver" in window
        ? new IntersectionObserver(
            (entries) => {
              if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
              observer?.disconnect();
              load();
            },
            { rootMargin: "60px" },
          )
        : undefined;
    if (observer && tile.current) observer.observe(tile.current);
    else load();
    return () => {
      gone = true;
      observer?.disconnect();
    };
  }, [id, modified, pictures]);
  return (
    <span className={styles.tile} ref={tile}>
      {picture ? (
        <img className={styles.picture} src={picture} alt={t("tab.board_picture", { Name: board.name })} />
      ) : (
        <WhiteboardRegular aria-hidden />
      )}
    </span>
  );
}
