// A table of values as a chart, with the table below it.
import { chartOf, type Table } from "../artifacts/table";
import { t } from "../i18n/language";
import { Chart } from "./Chart";

const MOST_ROWS = 500;

export function TableChart({ table }: { table: Table }) {
  const chart = chartOf(table);
  return (
    <div class="table-chart" tabindex={0}>
      {chart && <Chart kind="line" labels={chart.labels} series={chart.series} title={t("artifact.table")} />}
      <div class="prose">
        <table>
          <thead>
            <tr>
              {table.header.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.slice(0, MOST_ROWS).map((row, i) => (
              <tr key={i}>
                {table.header.map((_, j) => (
                  <td key={j}>{row[j] ?? ""}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
