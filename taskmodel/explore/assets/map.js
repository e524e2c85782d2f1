// What holds research back over compute and another number.

import { computeScale } from "./curve.js";
import { element, figure, swatch, widthOf } from "./page.js";
import { colourOf, compute, isNumber, power, short, sourceName, times, unitText } from "./words.js";

// Edges of cells whose middles are given.
function edges(values, logarithmic) {
  const to = logarithmic ? Math.log : (value) => value;
  const from = logarithmic ? Math.exp : (value) => value;
  const middle = values.slice(1).map((value, index) => from((to(value) + to(values[index])) / 2));
  return [values[0], ...middle, values.at(-1)];
}

export function drawMap(container, facts) {
  const width = widthOf(container);
  const across = edges(facts.compute, true), up = edges(facts.other, facts.logarithmic);
  const cells = facts.other.flatMap((other, row) => facts.compute.map((position, column) => ({
    x1: across[column], x2: across[column + 1], y1: up[row], y2: up[row + 1], position, other,
    source: facts.binding[row][column], speedup: facts.speedup[row][column],
  })));
  const lines = facts.boundaries.filter((curve) => !curve.first.startsWith("oversight_"));
  const points = lines.flatMap((curve, index) => curve.x.map((x, at) => ({ x, y: curve.y[at], curve: index, kind: curve.kind })))
    .filter((point) => isNumber(point.x) && isNumber(point.y));
  const sources = [...new Set(cells.map((cell) => cell.source))].filter(Boolean);
  const scale = computeScale({ compute: facts.compute }, width);
  const value = facts.entry.value;
  const name = `${facts.path} [${facts.entry.unit || "1"}]`;
  const drawn = figure({
    caption: "What holds research back most",
    note: `${facts.entry.meaning}${facts.permission && `, which ${facts.permission}`}; cells are solved at their middles, lines are exact boundaries; ring: as things are today`,
    description: `Map over compute and ${facts.path}: ${sources.map((source) => `${sourceName(source)} in ${Math.round(100 * cells.filter((cell) => cell.source === source).length / cells.length)} % of the cells`).join(", ")}.`,
    width, height: Math.min(460, Math.max(300, 0.62 * width)), marginLeft: 58, marginRight: 14, marginTop: 26, marginBottom: 38,
    x: { ...scale, axis: null },
    y: { type: facts.logarithmic ? "log" : "linear", domain: [facts.other[0], facts.other.at(-1)], label: name, tickFormat: (tick) => short(tick), ticks: 5 },
    marks: [
      Plot.axisX(scale.ticks, { tickFormat: power, label: "effective compute [FLOP/year, 2023 software] →", labelAnchor: "right" }),
      Plot.rect(cells, { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: (cell) => cell.source ? colourOf(cell.source) : "none", fillOpacity: 0.8, shapeRendering: "crispEdges" }),
      Plot.line(points, { x: "x", y: "y", z: "curve", stroke: "var(--ink)", strokeWidth: 1.6 }),
      Plot.text(largest(cells, sources, facts), { x: "x", y: "y", text: "text", fill: "#ffffff", stroke: "#1b1f24", strokeWidth: 3.5, fontWeight: 600, fontSize: 13 }),
      isNumber(value) ? Plot.dot([value], { x: [facts.today], y: [value], r: 6, stroke: "var(--ink)", strokeWidth: 2.5, fill: "var(--surface)" }) : null,
      Plot.tip(cells, Plot.pointer({ x: (cell) => Math.sqrt(cell.x1 * cell.x2), y: (cell) => facts.logarithmic ? Math.sqrt(cell.y1 * cell.y2) : (cell.y1 + cell.y2) / 2,
        title: (cell) => `${sourceName(cell.source) || "nothing"}\n${compute(cell.position)} FLOP/year, ${short(cell.other)} ${unitText(facts.entry)}\nthroughput ${times(cell.speedup)}` })),
    ],
  });
  container.replaceChildren(drawn, element("ul", { className: "key" },
    ...sources.map((source) => element("li", {}, swatch(colourOf(source)), sourceName(source)))));
}

// The middle of the cells of each region, if it is large enough to be named.
function largest(cells, sources, facts) {
  return sources.map((source) => {
    const own = cells.filter((cell) => cell.source === source);
    const rows = d3.groups(own, (cell) => cell.other);
    const [, row] = rows[Math.floor(0.75 * rows.length)];
    const cell = row[Math.floor(row.length / 2)];
    return { x: cell.position, y: cell.other, text: sourceName(source), part: own.length / cells.length };
  }).filter(({ part }) => part > 0.08).filter(({ x }) => x > facts.compute[2]);
}
