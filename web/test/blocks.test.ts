import { describe, expect, it } from "vitest";
import { BlockSplitter } from "../src/markdown/blocks";

const TEXT = `# Title

A paragraph with **bold
over lines** and \`code\`.

- one
- two

  still two

  - nested
- three

1. first
2. second

> quoted
> more

\`\`\`python
def f():

    return 1
\`\`\`

| a | b |
|---|--:|
| 1 | 2 |

$$
a^2 + b^2

= c^2
$$

Setext
------

    indented

\\[ x \\]

<div>html</div>

***

**强调。**后文 and the end`;

describe("the splitter of growing text", () => {
  it("finds the same blocks whether the text came at once or in pieces", () => {
    for (const size of [1, 2, 3, 7, 31]) {
      const growing = new BlockSplitter();
      for (let end = size; end < TEXT.length + size; end += size) {
        const text = TEXT.slice(0, end);
        expect(growing.split(text)).toEqual(new BlockSplitter().split(text));
      }
    }
  });

  it("leaves finished blocks as they are while the last one grows", () => {
    const splitter = new BlockSplitter();
    const before = splitter.split("one\n\ntwo\n\nthr");
    const after = splitter.split("one\n\ntwo\n\nthree\n\nfour");
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after.map((block) => block.trim())).toEqual(["one", "two", "three", "four"]);
  });

  it("keeps a fence with blank lines and an open formula in one block", () => {
    expect(new BlockSplitter().split("```\na\n\nb\n```\n\n$$\nx\n\ny\n$$\n")).toHaveLength(2);
  });

  it("starts anew when another text comes", () => {
    const splitter = new BlockSplitter();
    splitter.split("one\n\ntwo\n\nthree");
    expect(splitter.split("other")).toEqual(["other"]);
  });
});
