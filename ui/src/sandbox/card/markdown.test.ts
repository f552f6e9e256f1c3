import { expect, it } from "vitest";
import { markdown } from "./markdown";

it.each([
  ["plain words", "Hello", "<p>Hello</p>"],
  ["bold and italic", "**a** _b_ *c*", "<p><strong>a</strong> <em>b</em> <em>c</em></p>"],
  ["no italic inside words", "snake_case_name 2*3*4", "<p>snake_case_name 2*3*4</p>"],
  [
    "a link",
    "[Join](https://zoom.us/j/1?a=1&b=2)",
    '<p><a href="https://zoom.us/j/1?a=1&amp;b=2" target="_blank" rel="noreferrer noopener">Join</a></p>',
  ],
  ["a link that is none", "[x](javascript:alert)", "<p>[x](javascript:alert)</p>"],
  ["markup stays text", "<b>a</b> & <script>", "<p>&lt;b&gt;a&lt;/b&gt; &amp; &lt;script&gt;</p>"],
  [
    "escaped marks stay marks",
    "\\*\\*a\\*\\* \\_b\\_ \\[c\\]\\(https://d.example\\)",
    "<p>**a** _b_ [c](https://d.example)</p>",
  ],
  ["escaped brackets stay text", "\\<b\\>", "<p>&lt;b&gt;</p>"],
  ["lines and paragraphs", "a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  [
    "lists",
    "Do\n- a\n- **b**\n\n1. c\n2. d",
    "<p>Do</p><ul><li>a</li><li><strong>b</strong></li></ul><ol><li>c</li><li>d</li></ol>",
  ],
  ["a mention", "<at>Ana Duarte</at> hi", '<p><span class="mention">Ana Duarte</span> hi</p>'],
  ["set-aside marks cannot be forged", "\u00000\u0000 \\*", "<p>0 *</p>"],
])("%s", (_, given, wanted) => {
  expect(markdown(given)).toBe(wanted);
});
