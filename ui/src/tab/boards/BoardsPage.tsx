// The person's whiteboards and those shared with them: find, open, make, share.

import { Badge, Button, makeStyles, Select, Skeleton, Text, tokens } from "@fluentui/react-components";
import { AddRegular, OpenRegular, ShareRegular, WhiteboardRegular } from "@fluentui/react-icons";
import { useDeferredValue, useMemo, useState } from "react";
import { type Board, paths, type Whose } from "../api";
import { useNow } from "../home/useNow";
import { useAction, useSession } from "../session";
import { Failed, ProblemBar, StandIn } from "../shell/feedback";
import { Page } from "../shell/Page";
import { Search } from "../shell/Search";
import { useSettled } from "../shell/useSettled";
import { RowsWaiting } from "../start/Waiting";
import { useResource } from "../store";
import type { Key } from "../text/text";
import { NewDialog } from "./NewDialog";
import { Pictures } from "./pictures";
import { ShareDialog } from "./ShareDialog";
import { Thumbnail } from "./Thumbnail";

const useStyles = makeStyles({
  tools: { display: "flex", gap: "12px", flexWrap: "wrap", alignItems: "center" },
  search: { maxWidth: "none", flex: "1 1 220px" },
  list: {
    listStyle: "none",
    margin: 0,
    padding: 0,
    borderRadius: tokens.borderRadiusXLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    background: tokens.colorNeutralBackground1,
    overflow: "hidden",
  },
  row: {
    display: "flex",
    gap: "8px 16px",
    alignItems: "center",
    flexWrap: "wrap",
    padding: "12px 16px",
    ":not(:last-child)": { borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  },
  words: { flex: "1 1 150px", minWidth: 0, display: "grid", gap: "2px", overflowWrap: "anywhere" },
  quiet: { color: tokens.colorNeutralForeground3 },
  state: { display: "flex", gap: "8px", flexWrap: "wrap" },
  deeds: { display: "flex", gap: "8px" },
  wide: { flexBasis: "100%" },
});

export default function BoardsPage() {
  const styles = useStyles();
  const { t, api } = useSession();
  const pictures = useMemo(
    () => new Pictures(async (id) => (await api.get<{ picture: string }>(paths.boardPicture(id))).picture),
    [api],
  );
  const [whose, setWhose] = useState<Whose>("");
  const [typed, setTyped] = useState("");
  const words = useDeferredValue(useSettled(typed.trim()));
  const [making, setMaking] = useState(false);
  const [sharing, setSharing] = useState<Board>();
  const read = useResource<{ whiteboards: Board[] }>(paths.boards(words, whose), ["boards"]);
  const boards = read.data?.whiteboards;
  return (
    <Page title={t("tab.boards")}>
      <div className={styles.tools}>
        <Search className={styles.search} label={t("tab.boards_search")} value={typed} onChange={setTyped} />
        <Select
          value={whose}
          aria-label={t("tab.boards_whose")}
          onChange={(_, { value }) => setWhose(value as Whose)}
        >
          <option value="">{t("tab.boards_all")}</option>
          <option value="mine">{t("tab.boards_mine")}</option>
          <option value="shared">{t("tab.boards_shared")}</option>
        </Select>
        <Button appearance="primary" icon={<AddRegular />} onClick={() => setMaking(true)}>
          {t("tab.board_new")}
        </Button>
      </div>
      <Text size={200} className={styles.quiet}>
        {t("tab.board_sign_in")}
      </Text>
      {boards && <ProblemBar problem={read.problem} />}
      {!boards && read.problem && <Failed problem={read.problem} onRetry={read.retry} />}
      {!boards && !read.problem && (
        <Skeleton aria-label={t("tab.loading")}>
          <RowsWaiting />
        </Skeleton>
      )}
      {boards?.length === 0 && (
        <StandIn
          icon={<WhiteboardRegular />}
          title={words ? t("tab.none_found", { Words: words }) : t(none[whose])}
        >
          {t("tab.boards_none_text")}
        </StandIn>
      )}
      {boards && boards.length > 0 && (
        <ul className={styles.list} aria-label={t("tab.boards")}>
          {boards.map((board) => (
            <Row key={board.id} board={board} pictures={pictures} onShare={() => setSharing(board)} />
          ))}
        </ul>
      )}
      {making && <NewDialog onClose={() => setMaking(false)} />}
      {sharing && <ShareDialog board={sharing} onClose={() => setSharing(undefined)} />}
    </Page>
  );
}

/** What is said where a list is empty. */
const none: Record<Whose, Key> = {
  "": "tab.boards_none",
  mine: "tab.boards_none_mine",
  shared: "tab.boards_none_shared",
};

function Row({ board, pictures, onShare }: { board: Board; pictures: Pictures; onShare(): void }) {
  const styles = useStyles();
  const { t, api, teams, dates } = useSession();
  const action = useAction();
  const now = useNow(60_000);
  const open = () =>
    void action.run(async () => {
      const { url } = await api.board(board.id);
      if (url) await teams.openLink(url);
    });
  return (
    <li className={styles.row}>
      <Thumbnail board={board} pictures={pictures} />
      <div className={styles.words}>
        <Text weight="semibold">{board.name}</Text>
        <Text size={200} className={styles.quiet}>
          {board.creator && `${t("tab.board_by", { Name: board.creator })} · `}
          {t("tab.board_changed", { When: dates.day(board.modified, now) })}
        </Text>
        <span className={styles.state}>
          {board.locked && (
            <Badge appearance="outline" color="informative">
              {t("tab.board_locked")}
            </Badge>
          )}
          {board.opening !== "restricted" && (
            <Badge appearance="outline" color="informative">
              {t(board.opening === "anyone" ? "tab.board_for_anyone" : "tab.board_for_account")}
            </Badge>
          )}
        </span>
      </div>
      <div className={styles.deeds}>
        <Button
          icon={<OpenRegular />}
          disabledFocusable={action.busy}
          aria-label={t("tab.board_open_name", { Name: board.name })}
          onClick={open}
        >
          {t("tab.board_open_it")}
        </Button>
        <Button
          icon={<ShareRegular />}
          aria-label={t("tab.board_share_name", { Name: board.name })}
          onClick={onShare}
        >
          {t("tab.board_share")}
        </Button>
      </div>
      {action.problem && (
        <div className={styles.wide}>
          <ProblemBar problem={action.problem} />
        </div>
      )}
    </li>
  );
}
