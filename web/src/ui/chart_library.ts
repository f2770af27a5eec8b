// uPlot and the way this page uses it, a chunk of their own.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { number } from "../i18n/language";
import type { Series } from "./Chart";

const HEIGHT_PX = 220;
const BAR_WIDTH = 0.7;
const MOST_BAR_PX = 48;

export interface Drawing {
  kind: "line" | "bars";
  labels: string[];
  series: Series[];
}

/** Draws into `holder`, follows its width and the theme; gives back what takes it away. */
export function drawChart(holder: HTMLElement, drawing: Drawing): () => void {
  let plot = build(holder, drawing);
  const width = new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: HEIGHT_PX }));
  width.observe(holder);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  const redraw = () => {
    plot.destroy();
    plot = build(holder, drawing);
  };
  scheme.addEventListener("change", redraw);
  return () => {
    scheme.removeEventListener("change", redraw);
    width.disconnect();
    plot.destroy();
  };
}

function build(holder: HTMLElement, { kind, labels, series }: Drawing): uPlot {
  const style = getComputedStyle(holder);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const [soft, line] = [resolved(holder, "--soft"), resolved(holder, "--line")];
  const font = `11px ${colour("--sans")}`;
  const axis = { stroke: soft, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  const stacked = kind === "bars" ? stack(series) : series.map((one) => one.values);
  const options: uPlot.Options = {
    width: holder.clientWidth,
    height: HEIGHT_PX,
    padding: [12, 8, 0, 0],
    scales: {
      x: { time: false, range: () => [-0.5, Math.max(0.5, labels.length - 0.5)] },
      y: { range: (_, low, high) => (kind === "bars" ? [0, high * 1.05 || 1] : span(low, high)) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        splits: () => places(labels.length, holder.clientWidth),
        values: (_, splits) => splits.map((at) => labels[at] ?? ""),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map((at) => number(at, { notation: "compact" })) },
    ],
    legend: { show: series.length > 1, live: false },
    cursor: { y: false, drag: { x: false, y: false } },
    series: [
      {},
      ...series.map((one, i): uPlot.Series => ({
        label: one.name,
        stroke: resolved(holder, `--series-${(i % 6) + 1}`),
        width: kind === "bars" ? 0 : 2,
        points: { show: kind === "line" && labels.length < 60 },
        ...(kind === "bars" && {
          fill: resolved(holder, `--series-${(i % 6) + 1}`),
          paths: uPlot.paths.bars!({ size: [BAR_WIDTH, MOST_BAR_PX] }),
        }),
      })),
    ],
  };
  return new uPlot(options, [labels.map((_, i) => i), ...stacked] as uPlot.AlignedData, holder);
}

/** Each series upon those after it: the tallest bar is drawn first, the others over its lower part. */
function stack(series: Series[]): (number | null)[][] {
  const sums = series[0]?.values.map(() => 0) ?? [];
  const tops = series.toReversed().map((one) => one.values.map((value, i) => (sums[i]! += value ?? 0)));
  return tops.reverse();
}

function span(low: number, high: number): [number, number] {
  const margin = (high - low) * 0.08 || Math.abs(high) * 0.1 || 1;
  return [low >= 0 && low - margin < 0 ? 0 : low - margin, high + margin];
}

/** At most one label every 64 pixels. */
function places(count: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(1, Math.floor(width / 64))));
  return Array.from({ length: count }, (_, i) => i).filter((i) => i % every === 0);
}

/** A colour variable as the canvas can read it: `light-dark()` is known to style sheets only. */
function resolved(holder: HTMLElement, variable: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${variable})`;
  holder.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
