"use strict";
// Readouts and toggles. Everything is drawn without this script; it only reads the numbers that stand beside each figure.

const main = document.querySelector("main");
const readout = document.querySelector("#readout");
const clock = document.querySelector(".axis output");
const whole = new Intl.NumberFormat("en");
const axis = () => document.querySelector(".axis input:checked").value;
const row = (name, value, colour) => {
  const line = document.createElement("div");
  const dot = document.createElement("i");
  dot.style.setProperty("--c", colour);
  const number = document.createElement("b");
  number.textContent = value;
  line.append(...(colour ? [dot] : []), name, number);
  return line;
};
const written = (value) =>
  Math.abs(value) >= 1e4 ? whole.format(Math.round(value)) : value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(2) : String(+value.toPrecision(4));

// Beside the pointer, on the side where there is room.
function show(lines, x, y) {
  readout.replaceChildren(...lines);
  readout.hidden = false;
  const box = readout.getBoundingClientRect();
  readout.style.left = `${x + 16 + box.width > innerWidth ? x - 16 - box.width : x + 16}px`;
  readout.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - box.height - 8))}px`;
}

// The index whose place lies nearest to x; places rise.
function nearest(places, x) {
  let low = 0, high = places.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (places[middle] < x) low = middle; else high = middle;
  }
  return x - places[low] < places[high] - x ? low : high;
}

const charts = [...document.querySelectorAll(".chart")].map((figure) => {
  const plot = figure.querySelector(".plot");
  return { figure, plot, cross: plot.querySelector(".cross"), ...JSON.parse(figure.querySelector("script").textContent), hidden: new Set() };
});

function clear() {
  readout.hidden = true;
  clock.textContent = "";
  for (const chart of charts) chart.cross.style.display = "none";
  for (const dot of document.querySelectorAll(".at")) dot.remove();
}

// One cross over all charts, a dot on each curve of the one under the pointer, and the values there.
function point(chart, part, x, y) {
  clear();
  const limit = +main.dataset[axis()], which = axis() === "tokens" ? 1 : 0;
  for (const other of charts) {
    other.cross.style.display = "block";
    other.cross.style.left = `${100 * part}%`;
  }
  const place = ({ low, high, log }, value) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const found = [];
  for (const curve of chart.curves) {
    const places = chart.places[curve.at][which];
    if (chart.hidden.has(curve.key) || !places.length) continue;
    const index = nearest(places, part * limit);
    if (part - places[places.length - 1] / limit > 0.02) continue; // a run that ended before
    const value = curve.values[index];
    if (value === null) continue;
    found.push({ curve, value, index, left: places[index] / limit, top: 1 - place(chart.scale, value) });
  }
  if (!found.length) return;
  const [steps, tokens] = chart.places[found[0].curve.at];
  const title = `step ${whole.format(steps[found[0].index])}, ${whole.format(tokens[found[0].index])} tokens`;
  clock.textContent = title;
  for (const { curve, left, top } of found.length > 16 ? [] : found) {
    if (top < 0 || top > 1) continue;
    const dot = document.createElement("i");
    dot.className = "at";
    dot.style.cssText = `left:${100 * left}%;top:${100 * top}%;--c:${curve.colour}`;
    chart.plot.append(dot);
  }
  const head = document.createElement("p");
  head.textContent = title;
  const sorted = found.length > 3 ? [...found].sort((a, b) => b.value - a.value) : found;
  const lines = sorted.slice(0, 12).map(({ curve, value }) => row(curve.name, written(value), curve.colour));
  if (sorted.length > 12) lines.push(row(`and ${sorted.length - 12} lower`, "", ""));
  show([head, ...lines], x, y);
}

for (const chart of charts) {
  const { plot, figure, hidden } = chart;
  let part = 1;
  plot.addEventListener("pointermove", (event) => {
    const box = plot.getBoundingClientRect();
    part = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    point(chart, part, event.clientX, event.clientY);
  });
  plot.addEventListener("pointerleave", clear);
  plot.addEventListener("blur", clear);
  plot.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -1, ArrowRight: 1, Home: -1e9, End: 1e9 }[event.key];
    if (!move) return;
    event.preventDefault();
    part = Math.max(0, Math.min(1, part + move * (event.shiftKey ? 0.05 : 0.005)));
    const box = plot.getBoundingClientRect();
    point(chart, part, box.left + part * box.width, box.top);
  });
  for (const button of figure.querySelectorAll(".legend button")) {
    button.addEventListener("click", () => {
      const key = button.dataset.key, on = hidden.has(key);
      hidden[on ? "delete" : "add"](key);
      button.setAttribute("aria-pressed", on);
      for (const path of plot.querySelectorAll("path[data-key]")) if (path.dataset.key === key) path.classList.toggle("off", !on);
    });
  }
}

for (const figure of document.querySelectorAll(".map")) {
  const { values, column, columns, layer, suffix } = JSON.parse(figure.querySelector("script").textContent);
  const cells = figure.querySelector(".cells");
  cells.addEventListener("pointermove", (event) => {
    const box = cells.getBoundingClientRect();
    const across = Math.min(values[0].length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * values[0].length)));
    const down = Math.min(values.length - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * values.length)));
    const range = (first, count) => (count > 1 ? `${first}–${first + count - 1}` : `${first}`);
    const name = `layer ${range(layer[0] + down * layer[1], layer[1])}, ${column} ${range(across * columns, columns)}`;
    const value = values[down][across];
    show([row(name, value === null ? "–" : written(value) + suffix, "")], event.clientX, event.clientY);
  });
  cells.addEventListener("pointerleave", clear);
}
