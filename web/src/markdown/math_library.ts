// KaTeX and its style sheet, a chunk of their own; the fonts are fetched by the browser as formulas need them.
import katex from "katex";
import "katex/dist/katex.css";

export default katex;
