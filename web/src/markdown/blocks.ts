// A growing text as its top-level blocks. Blocks before the last two cannot change any more, so only the end is read
// again: splitting an answer takes time in proportion to its length, not to its square.
import { marked } from "./render";

const OPEN_BLOCKS = 2;

interface Piece {
  raw: string;
  space: boolean;
}

export class BlockSplitter {
  private text = "";
  private pieces: Piece[] = [];

  /** The blocks of `text`; quick when `text` continues the text given before. */
  split(text: string): string[] {
    const normal = text.replace(/\r\n?/g, "\n");
    const kept = normal.startsWith(this.text) ? this.closed() : [];
    const start = kept.reduce((length, piece) => length + piece.raw.length, 0);
    this.pieces = [...kept, ...lex(normal.slice(start))];
    this.text = normal;
    return this.pieces.filter((piece) => !piece.space).map((piece) => piece.raw);
  }

  private closed(): Piece[] {
    let open = 0;
    let end = this.pieces.length;
    while (end > 0 && open < OPEN_BLOCKS) {
      end -= 1;
      if (!this.pieces[end]!.space) open += 1;
    }
    return this.pieces.slice(0, end);
  }
}

function lex(text: string): Piece[] {
  return marked.lexer(text).map((token) => ({ raw: token.raw, space: token.type === "space" }));
}
