import { describe, expect, it } from "vitest";
import { Pictures } from "./pictures";

const board = (id: string, modified = "2026-11-27T09:00:00Z") => ({ id, modified });

describe("pictures", () => {
  it("are asked for once for each state of a board, and again after a failure", async () => {
    const asked: string[] = [];
    const pictures = new Pictures(async (id) => {
      asked.push(id);
      if (asked.length === 3) throw new Error("busy");
      return `picture of ${id}`;
    });
    expect(await Promise.all([pictures.of(board("b1")), pictures.of(board("b1"))])).toEqual([
      "picture of b1",
      "picture of b1",
    ]);
    await pictures.of(board("b1", "2026-11-27T10:00:00Z"));
    expect(await pictures.of(board("b2"))).toBe("");
    expect(await pictures.of(board("b2"))).toBe("picture of b2");
    expect(asked).toEqual(["b1", "b1", "b2", "b2"]);
  });

  it("are asked for three at once", async () => {
    const answers: (() => void)[] = [];
    const pictures = new Pictures((id) => new Promise((answer) => answers.push(() => answer(id))));
    const all = Promise.all(["1", "2", "3", "4", "5"].map((id) => pictures.of(board(id))));
    expect(answers.length).toBe(3);
    for (let next = answers.shift(); next; next = answers.shift()) {
      next();
      await new Promise((done) => setTimeout(done));
      expect(answers.length).toBeLessThanOrEqual(3);
    }
    expect(await all).toEqual(["1", "2", "3", "4", "5"]);
  });
});
