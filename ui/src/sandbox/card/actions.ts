// The numbering of a card's actions that the control API uses: depth first, every kind counts.

import type { CardJson } from "../api";

const prefix = "sandbox-action-";
/** In which order a card's parts are walked. */
const order = [
  "selectAction",
  "body",
  "items",
  "columns",
  "rows",
  "cells",
  "images",
  "inlines",
  "inlineAction",
  "actions",
  "card",
];

/** All actions of a card, in order; the index is the control API's n. */
export function actionsOf(card: CardJson): CardJson[] {
  const found: CardJson[] = [];
  walk(card, (action) => found.push(action));
  return found;
}

/** A copy of the card in which every action carries its number as id. */
export function numbered(card: CardJson): CardJson {
  const copy = structuredClone(card);
  actionsOf(copy).forEach((action, index) => {
    action.id = `${prefix}${index}`;
  });
  return copy;
}

/** The number that `numbered` gave to an action, -1 for a foreign id. */
export function actionNumber(id: string | undefined): number {
  return id?.startsWith(prefix) ? Number(id.slice(prefix.length)) : -1;
}

/** True when an action asks Teams to install the app in this conversation first. */
export function asksToInstall(card: CardJson | undefined): boolean {
  if (!card) return false;
  return actionsOf(card).some((action) => {
    const data = action.data as { msteams?: { justInTimeInstall?: boolean } } | undefined;
    return data?.msteams?.justInTimeInstall === true;
  });
}

function walk(node: unknown, visit: (action: CardJson) => void): void {
  if (Array.isArray(node)) {
    for (const child of node) walk(child, visit);
    return;
  }
  if (node === null || typeof node !== "object") return;
  const object = node as CardJson;
  if (typeof object.type === "string" && object.type.startsWith("Action.")) visit(object);
  for (const name of order) walk(object[name], visit);
}
