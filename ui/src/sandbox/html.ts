// Messages and mails arrive as HTML that others wrote. Only what is listed here is shown; the rest is dropped.

const inline = ["a", "at", "b", "br", "code", "em", "i", "s", "span", "strong", "u"];
const blocks = ["blockquote", "div", "h1", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "ul"];
const tables = ["table", "tbody", "td", "th", "thead", "tr"];
const allowed = new Set([...inline, ...blocks, ...tables]);
const swallowed = new Set([
  "head",
  "iframe",
  "math",
  "noscript",
  "object",
  "script",
  "style",
  "svg",
  "template",
  "title",
]);

/** The safe part of html. Links open a new window and lead to web addresses only. */
export function safeHtml(html: string): string {
  const source = parse(html);
  const target = document.implementation.createHTMLDocument("");
  copy(source.body, target.body, target);
  return target.body.innerHTML;
}

// Style attributes are gone before the browser reads them: it would complain of each to the console. What this misses, copy drops.
const styled = /(<[^>]*?)\sstyle\s*=\s*("[^"]*"|'[^']*')/gi;

function parse(html: string): Document {
  return new DOMParser().parseFromString(html.replace(styled, "$1"), "text/html");
}

function copy(from: Node, to: Node, document: Document): void {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(node.textContent ?? ""));
    } else if (node instanceof Element || node.nodeType === Node.ELEMENT_NODE) {
      copyElement(node as Element, to, document);
    }
  }
}

function copyElement(element: Element, to: Node, document: Document): void {
  const name = element.tagName.toLowerCase();
  if (swallowed.has(name)) return;
  if (!allowed.has(name)) {
    copy(element, to, document);
    return;
  }
  const made = document.createElement(name === "at" ? "span" : name);
  if (name === "at") made.className = "mention";
  if (name === "a") link(element.getAttribute("href"), made);
  to.appendChild(made);
  copy(element, made, document);
}

function link(href: string | null, made: HTMLElement): void {
  const url = webAddress(href);
  if (!url) return;
  made.setAttribute("href", url);
  made.setAttribute("target", "_blank");
  made.setAttribute("rel", "noreferrer noopener");
}

/** href when it is an absolute http(s) or mailto address, else undefined. */
export function webAddress(href: string | null | undefined): string | undefined {
  if (!href) return undefined;
  try {
    const url = new URL(href);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The words of html, for previews and announcements. */
export function plainText(html: string): string {
  const { body } = parse(html);
  for (const element of body.querySelectorAll(["br", ...blocks, ...tables].join())) element.before(" ");
  return (body.textContent ?? "").replace(/\s+/g, " ").trim();
}
