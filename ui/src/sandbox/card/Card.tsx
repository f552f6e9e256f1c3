// Draws an Adaptive Card and reports the action that was pressed by its number. Loaded only when a card is shown.

import {
  AdaptiveCard,
  type Input,
  OpenUrlAction,
  type SubmitActionBase,
} from "adaptivecards/lib/card-elements";
import { HostConfig } from "adaptivecards/lib/host-config";
import { GlobalRegistry } from "adaptivecards/lib/registry";
import { Table } from "adaptivecards/lib/table";
import { useEffect, useMemo, useRef } from "react";
import type { CardJson } from "../api";
import { webAddress } from "../html";
import { openLink } from "../outcome/teamsLink";
import { actionNumber, numbered } from "./actions";
import "./card.css";
import { hostConfig } from "./hostConfig";
import { type Reader, writtenOut } from "./macros";
import { markdown } from "./markdown";

export interface CardProps {
  card: CardJson;
  label: string;
  busy?: boolean;
  reader: Reader;
  onAction(n: number, inputs: Record<string, unknown>): void;
}

// The table registers itself in a module that bundlers take to be free of effects, unless something of it is used.
GlobalRegistry.elements.register("Table", Table);

export default function Card({ card, label, busy = false, reader: { locale, zone }, onAction }: CardProps) {
  const place = useRef<HTMLDivElement>(null);
  const report = useRef(onAction);
  report.current = onAction;
  const json = useMemo(() => writtenOut(JSON.stringify(card), { locale, zone }), [card, locale, zone]);
  useEffect(() => {
    const drawn = draw(JSON.parse(json) as CardJson, (n, inputs) => report.current(n, inputs));
    place.current?.replaceChildren(...(drawn ? [drawn] : []));
  }, [json]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a card is a group of many things, not a fieldset of a form.
    <div ref={place} className="card" role="group" aria-label={label} aria-busy={busy} inert={busy} />
  );
}

function draw(json: CardJson, report: CardProps["onAction"]): HTMLElement | undefined {
  const card = new AdaptiveCard();
  card.hostConfig = new HostConfig(hostConfig);
  card.onExecuteAction = (action) => {
    const url = action instanceof OpenUrlAction ? webAddress(action.url) : undefined;
    if (url) {
      openLink(url);
      return;
    }
    const n = actionNumber(action.id);
    if (n >= 0) report(n, inputsOf(card, (action as SubmitActionBase).data));
  };
  AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown(text);
    result.didProcess = true;
  };
  card.parse(numbered(json));
  const element = card.render();
  element?.removeAttribute("tabindex");
  return element;
}

/** The values of the inputs that the pressed action carries. */
function inputsOf(card: AdaptiveCard, data: unknown): Record<string, unknown> {
  if (data === null || typeof data !== "object") return {};
  const carried = data as Record<string, unknown>;
  const inputs = card.getAllInputs(true) as Input[];
  return Object.fromEntries(
    inputs.flatMap((input) => (input.id && input.id in carried ? [[input.id, carried[input.id]]] : [])),
  );
}
