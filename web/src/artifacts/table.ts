// Comma- or tab-separated text as columns (RFC 4180), and what of it a chart can show.

export interface Table {
  header: string[];
  rows: string[][];
}

export interface Chart {
  /** One label per row. */
  labels: string[];
  series: { name: string; values: (number | null)[] }[];
}

export function readTable(text: string): Table {
  const separator = text.split("\n", 1)[0]!.includes("\t") ? "\t" : ",";
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = "";
  let quoted = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  for (let i = 0; i < source.length; i += 1) {
    const character = source[i]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (source[i + 1] === '"') cell += source[(i += 1)];
      else quoted = false;
    } else if (character === '"' && !cell) quoted = true;
    else if (character === separator) row = [...row, cell.trim()], (cell = "");
    else if (character === "\n") rows.push([...row, cell.trim()]), (row = []), (cell = "");
    else cell += character;
  }
  rows.push([...row, cell.trim()]);
  const [header = [], ...rest] = rows;
  return { header, rows: rest.filter((one) => one.some(Boolean)) };
}

/** The columns of numbers over the first column; null where there is no column of numbers. */
export function chartOf({ header, rows }: Table): Chart | null {
  const columns = header.map((name, i) => ({ name, values: rows.map((row) => numberIn(row[i] ?? "")) }));
  const isNumeric = (values: (number | null)[]) => values.some((one) => one !== null);
  const series = columns.slice(1).filter(({ values }) => isNumeric(values));
  if (series.length && rows.length > 1) return { labels: rows.map((row) => row[0] ?? ""), series };
  const only = columns[0];
  if (columns.length !== 1 || !only || !isNumeric(only.values) || rows.length < 2) return null;
  return { labels: rows.map((_, i) => String(i + 1)), series: [only] };
}

function numberIn(text: string): number | null {
  const plain = text.replace(/[,%\s$€£¥]/g, "");
  return plain !== "" && Number.isFinite(Number(plain)) ? Number(plain) : null;
}
