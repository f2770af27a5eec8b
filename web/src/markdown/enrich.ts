// Formulas and coloured code: drawn into blocks that are there already, with libraries loaded when first needed.
import { sanitizeCode } from "./render";

// Longer code is coloured once it is complete.
const COLOUR_WHILE_GROWING = 6000;

type Katex = typeof import("./math_library").default;
type Highlighter = typeof import("./colour_library").default;

const katex = once(async () => (await import("./math_library")).default);
const highlighter = once(async () => (await import("./colour_library")).default);

/** Draws the formulas and colours the code below `element`. */
export function enrich(element: HTMLElement, growing: boolean): void {
  const formulas = [...element.querySelectorAll<HTMLElement>("code.math")];
  if (formulas.length) katex.use((library) => formulas.forEach((one) => drawFormula(library, one)));
  const sources = [...element.querySelectorAll<HTMLElement>("code.source")].filter(
    (one) => one.classList.length > 1 && (!growing || one.textContent!.length < COLOUR_WHILE_GROWING),
  );
  if (sources.length) highlighter.use((library) => sources.forEach((one) => colour(library, one)));
}

function drawFormula(library: Katex, element: HTMLElement): void {
  const tex = element.textContent ?? "";
  const holder = document.createElement("span");
  // KaTeX builds elements, so neither inline styles nor markup pass through a parser.
  library.render(tex, holder, { displayMode: element.classList.contains("display"), throwOnError: false });
  if (holder.querySelector(".katex-error")) return;
  element.replaceWith(holder);
}

function colour(library: Highlighter, element: HTMLElement): void {
  const language = element.classList.item(1)!;
  if (!library.getLanguage(language)) return;
  const html = library.highlight(element.textContent ?? "", { language, ignoreIllegals: true }).value;
  element.innerHTML = sanitizeCode(html);
}

/** Code as coloured HTML once the library is there. */
export async function coloured(source: string, language: string): Promise<string | null> {
  const library = await highlighter.load();
  if (!library.getLanguage(language)) return null;
  return sanitizeCode(library.highlight(source, { language, ignoreIllegals: true }).value);
}

/** A library that is loaded when first used; from then on it is used at once, before the browser draws. */
function once<T>(load: () => Promise<T>) {
  let loading: Promise<T> | undefined;
  let library: T | undefined;
  const begin = () => (loading ??= load().then((one) => (library = one)));
  return {
    load: begin,
    use(act: (library: T) => void) {
      if (library) act(library);
      // Without its library a formula stays TeX and code stays plain.
      else void begin().then(act, () => (loading = undefined));
    },
  };
}
