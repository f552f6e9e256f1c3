import { describe, expect, it } from "vitest";
import { plainText, safeHtml, webAddress } from "./html";

describe("safeHtml", () => {
  it.each([
    ["keeps words and marks", "<p>Hello <b>you</b><br>there</p>", "<p>Hello <b>you</b><br>there</p>"],
    ["drops scripts with what they hold", "a<script>alert(1)</script>b", "ab"],
    ["drops handlers and styles", '<p onclick="x()" style="color:red" class="c" id="i">a</p>', "<p>a</p>"],
    ["keeps words about styles", "<p>write style='x' there</p>", "<p>write style='x' there</p>"],
    ["drops images and frames", '<img src=x onerror=alert(1)><iframe src="//evil"></iframe>a', "a"],
    ["unwraps what it does not know", "<font color=red><marquee>a</marquee></font>", "a"],
    ["marks mentions", "<at>Causeway</at> help", '<span class="mention">Causeway</span> help'],
    ["takes the target from a bad link", '<a href="javascript:alert(1)">a</a>', "<a>a</a>"],
    ["drops svg and its scripts", "<svg><script>alert(1)</script><a href='javascript:1'>x</a></svg>a", "a"],
    [
      "keeps tables",
      "<table><tbody><tr><td>a</td></tr></tbody></table>",
      "<table><tbody><tr><td>a</td></tr></tbody></table>",
    ],
    ["does not trust nested markup in text", "&lt;script&gt;", "&lt;script&gt;"],
  ])("%s", (_, given, wanted) => {
    expect(safeHtml(given)).toBe(wanted);
  });

  it("opens links apart, without telling from where", () => {
    expect(safeHtml('<a href="https://zoom.us/j/1">Join</a>')).toBe(
      '<a href="https://zoom.us/j/1" target="_blank" rel="noreferrer noopener">Join</a>',
    );
  });
});

it.each([
  ["https://zoom.us/j/1", "https://zoom.us/j/1"],
  ["mailto:ana@meridian.example", "mailto:ana@meridian.example"],
  ["javascript:alert(1)", undefined],
  ["data:text/html,x", undefined],
  ["/relative", undefined],
  ["", undefined],
  [undefined, undefined],
])("webAddress(%s)", (given, wanted) => {
  expect(webAddress(given)).toBe(wanted);
});

it("plainText is what a preview says", () => {
  expect(plainText("<p>Hello\n  <b>you</b></p><table><tr><td>there</td><td>now</td></tr></table>")).toBe(
    "Hello you there now",
  );
});
