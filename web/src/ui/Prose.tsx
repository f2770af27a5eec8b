// Markdown, drawn block by block: only the last block is drawn again while the text grows.
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { language } from "../i18n/language";
import { BlockSplitter } from "../markdown/blocks";
import { enrich } from "../markdown/enrich";
import { renderBlock } from "../markdown/render";
import { openSource } from "../state/view";
import { copy } from "./copy";

export function Prose({ text, growing }: { text: string; growing: boolean }) {
  const splitter = useRef<BlockSplitter | null>(null);
  const blocks = useMemo(() => (splitter.current ??= new BlockSplitter()).split(text), [text]);
  return (
    <div class={`prose ${growing ? "growing" : ""}`} onClick={onClick}>
      {blocks.map((source, i) => (
        <Block key={i} source={source} growing={growing && i === blocks.length - 1} />
      ))}
    </div>
  );
}

function Block({ source, growing }: { source: string; growing: boolean }) {
  const element = useRef<HTMLDivElement>(null);
  const html = useMemo(() => ({ __html: renderBlock(source, growing) }), [source, growing, language.value]);
  useLayoutEffect(() => enrich(element.current!, growing), [html]);
  return <div ref={element} class="block" dangerouslySetInnerHTML={html} />;
}

function onClick(event: MouseEvent) {
  const button = (event.target as Element).closest("button");
  const source = button?.closest(".code")?.querySelector("code")?.textContent ?? "";
  if (button?.classList.contains("copy-code")) void copy(source, button);
  else if (button?.classList.contains("open-code")) openSource(source);
  else if (button?.classList.contains("copy-table")) void copy(tableText(button.closest(".table")!), button);
}

/** Cells by tabs, rows by lines: what a spreadsheet takes. */
function tableText(table: Element): string {
  const rows = [...table.querySelectorAll("tr")];
  return rows.map((row) => [...row.children].map((cell) => cell.textContent ?? "").join("\t")).join("\n");
}
