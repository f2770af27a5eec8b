import { describe, expect, it } from "vitest";
import { renderBlock } from "../src/markdown/render";

const html = (source: string, growing = false) => renderBlock(source, growing).toString().trim();

describe("Markdown", () => {
  it.each([
    ["**强调。**后文", "<p><strong>强调。</strong>后文</p>"],
    ["前文**“你好”**了", "<p>前文<strong>“你好”</strong>了</p>"],
    ["**结论：**雪是白的。**（注）**完", "<p><strong>结论：</strong>雪是白的。<strong>（注）</strong>完</p>"],
    ["*强调。*后文", "<p><em>强调。</em>后文</p>"],
    ["**plain** and *both*", "<p><strong>plain</strong> and <em>both</em></p>"],
    ["2 * 3 * 4 and a**b**c", "<p>2 * 3 * 4 and a<strong>b</strong>c</p>"],
  ])("emphasises %s", (source, expected) => {
    expect(html(source)).toBe(expected);
  });

  it("ends an address where Chinese text begins", () => {
    expect(html("参见 https://example.com/a。后文")).toContain('href="https://example.com/a"');
    expect(html("see https://example.com/a_(b)?c=1")).toContain('href="https://example.com/a_(b)?c=1"');
  });

  it.each([
    ["$a^2$", "a^2"],
    ["\\(a^2\\)", "a^2"],
    ["so $x_1 + y_2$ holds", "x_1 + y_2"],
  ])("finds the formula in %s", (source, tex) => {
    expect(html(source)).toContain(`<code class="math">${tex}</code>`);
  });

  it("takes formulas of their own line apart", () => {
    expect(html("$$\na\n$$")).toContain('<code class="math display">a</code>');
    expect(html("\\[ a \\]")).toContain('<code class="math display">a</code>');
  });

  it.each(["it costs $5 and $10", "US$ 3 to $ 4", "`$a$`"])("leaves the money in %s", (source) => {
    expect(html(source)).not.toContain("math");
  });

  it("closes what is still open while it grows", () => {
    expect(html("a **bol", true)).toBe("<p>a <strong>bol</strong></p>");
    expect(html("```py\nx = 1", true)).toContain("x = 1");
    expect(html("so \\(a^2", true)).toContain('class="math"');
  });

  it("shows raw HTML as text and loads nothing", () => {
    const shown = html('<img src=x onerror=alert(1)> ![pixel](https://example.com/p.png) <script>alert(1)</script>');
    const holder = document.createElement("div");
    holder.innerHTML = shown;
    expect(holder.querySelector("img, script, iframe")).toBeNull();
    expect(holder.querySelector("a")!.rel).toBe("noopener noreferrer");
  });

  it("drops addresses that would run", () => {
    const holder = document.createElement("div");
    holder.innerHTML = html("[a](javascript:alert(1)) [b](data:text/html,x) [c](https://example.com)");
    expect([...holder.querySelectorAll("a")].map((one) => one.getAttribute("href"))).toEqual([
      null,
      null,
      "https://example.com",
    ]);
  });

  it("offers a panel for pages, pictures, tables and long code", () => {
    expect(html("```html\n<p>\n```")).toContain("open-code");
    expect(html("```py\nx\n```")).not.toContain("open-code");
    expect(html(`\`\`\`py\n${"x\n".repeat(20)}\`\`\``)).toContain("open-code");
  });
});
