// The Markdown that Teams reads in a card's text: bold, italic, links, lists, line breaks and backslash escapes.

import { webAddress } from "../html";

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** HTML of a card's Markdown. Everything else in the text stays text. */
export function markdown(text: string): string {
  const blocks: string[] = [];
  let list: { tag: "ul" | "ol"; items: string[] } | undefined;
  let lines: string[] = [];
  const flush = () => {
    if (lines.length > 0) blocks.push(`<p>${lines.map(inlineMarkdown).join("<br>")}</p>`);
    if (list)
      blocks.push(
        `<${list.tag}>${list.items.map((item) => `<li>${inlineMarkdown(item)}</li>`).join("")}</${list.tag}>`,
      );
    lines = [];
    list = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    const item = /^\s*(?:([-*])|(\d+)\.)\s+(.+)$/.exec(line);
    if (item) {
      const tag = item[1] ? "ul" : "ol";
      if (list?.tag !== tag) flush();
      list ??= { tag, items: [] };
      list.items.push(item[3] ?? "");
    } else if (line.trim() === "") {
      flush();
    } else {
      if (list) flush();
      lines.push(line);
    }
  }
  flush();
  return blocks.join("");
}

const escapable = /\\([\\`*_{}[\]()#+\-.!~<>|&])/g;
const mark = (index: number) => `\u0000${index}\u0000`;

function inlineMarkdown(text: string): string {
  const kept: string[] = [];
  const given = text.replaceAll("\u0000", "");
  const keep = (html: string) => mark(kept.push(html) - 1);
  let html = escapeHtml(given.replace(escapable, (_, character: string) => keep(escapeHtml(character))));
  html = html.replace(
    /&lt;at&gt;(.*?)&lt;\/at&gt;/g,
    (_, name: string) => `<span class="mention">${name}</span>`,
  );
  html = html.replace(/\[([^\]]+)\]\(([^()\s]+)\)/g, (whole, label: string, target: string) => {
    const url = webAddress(restore(target, kept).replaceAll("&amp;", "&"));
    return url
      ? `${keep(`<a href="${escapeHtml(url)}" target="_blank" rel="noreferrer noopener">`)}${label}</a>`
      : whole;
  });
  html = html.replace(/\*\*(?=\S)(.+?)(?<=\S)\*\*/g, "<strong>$1</strong>");
  html = html.replace(/(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])/g, "<em>$1</em>");
  html = html.replace(/(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)/g, "<em>$1</em>");
  return restore(html, kept);
}

function restore(text: string, kept: string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL marks what was set aside; it cannot be typed.
  return text.replace(/\u0000(\d+)\u0000/g, (_, index: string) => kept[Number(index)] ?? "");
}
