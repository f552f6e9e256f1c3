import { expect, it } from "vitest";
import { installCard, meetingCard } from "../testing/seed";
import { actionNumber, actionsOf, asksToInstall, numbered } from "./actions";

const titles = (card: Record<string, unknown>) => actionsOf(card).map((action) => action.title);

it("counts depth first, what a part does before what it holds, and the inside of a ShowCard after it", () => {
  const act = (title: string) => ({ type: "Action.Submit", title });
  const card = {
    type: "AdaptiveCard",
    actions: [
      { type: "Action.ShowCard", title: "7", card: { type: "AdaptiveCard", actions: [act("8")] } },
      act("9"),
    ],
    body: [
      { type: "Container", selectAction: act("1"), items: [{ type: "ActionSet", actions: [act("2")] }] },
      {
        type: "ColumnSet",
        columns: [{ items: [{ type: "Image", selectAction: act("3") }], selectAction: act("never first") }],
      },
      { type: "Input.Text", id: "a", inlineAction: act("5") },
      { type: "RichTextBlock", inlines: ["text", { type: "TextRun", selectAction: act("6") }] },
    ],
    selectAction: act("0"),
  };
  expect(titles(card)).toEqual(["0", "1", "2", "never first", "3", "5", "6", "7", "8", "9"]);
});

it("numbers a copy and leaves the card alone", () => {
  const before = structuredClone(meetingCard);
  const ids = actionsOf(numbered(meetingCard)).map(({ id }) => actionNumber(id as string));
  expect(ids).toEqual([0, 1, 2, 3]);
  expect(meetingCard).toEqual(before);
  expect(actionNumber("somebody-else")).toBe(-1);
  expect(actionNumber(undefined)).toBe(-1);
});

it("knows the card that asks to install", () => {
  expect(asksToInstall(installCard)).toBe(true);
  expect(asksToInstall(meetingCard)).toBe(false);
  expect(asksToInstall(undefined)).toBe(false);
});
