// The speed-up along compute with bands and what was measured; below it, what binds.

import { element, figure, swatch, table, widthOf } from "./page.js";
import { MEASURES, MILESTONES, colourOf, compute, computeOf, isNumber, measured, month, ofKind, percent,
  power, short, sourceName, times, when } from "./words.js";

const HIGH = 20; // from which an axis is logarithmic
const MARGIN = { left: 46, right: 14 };

const finite = (value) => (isNumber(value) ? value : NaN);

export function linesOf(facts, measure) {
  const share = measure === "automated_hours_share";
  const positions = share ? facts.grid : facts.compute;
  return positions.map((position, index) => ({ x: position, y: finite(facts[measure][index]) }));
}

function bandRows(bands, measure) {
  if (!bands?.bands) return [];
  const [low, middle, high] = bands.bands[measure];
  return bands.compute.map((x, index) => ({ x, low: finite(low[index]), middle: finite(middle[index]), high: finite(high[index]) }));
}

// The largest value of the axis that both sides share.
export function highest(facts, bands, measure) {
  const values = linesOf(facts, measure).map((row) => row.y);
  const tops = bandRows(bands, measure).map((row) => row.high);
  return Math.max(1, ...values.filter(Number.isFinite), ...tops.filter(Number.isFinite),
    ...facts.observed.filter((item) => item.output === measure && item.compute).map((item) => item.high));
}

export function yearTicks(course, width, ends) {
  const step = width < 450 ? 4 : 1;
  const first = Math.ceil(course.dates[0]), last = Math.floor(course.dates.at(-1));
  const years = Array.from({ length: last - first + 1 }, (_, index) => first + index).filter((year) => (year - first) % step === 0);
  return years.map((year) => ({ year, x: computeOf(course, year) })).filter(({ x }) => x !== null && x >= ends[0] && x <= ends[1]);
}

export function computeScale(facts, width) {
  const ends = [facts.compute[0], facts.compute.at(-1)];
  const decades = Math.round(Math.log10(ends[1] / ends[0]));
  const step = Math.max(1, Math.ceil(decades / (width < 450 ? 5 : 10)));
  const first = Math.ceil(Math.log10(ends[0]) - 1e-9);
  const ticks = Array.from({ length: Math.floor(decades / step) + 1 }, (_, index) => 10 ** (first + index * step));
  return { type: "log", domain: ends, ticks: ticks.filter((tick) => tick <= ends[1] * 1.0001), tickFormat: power };
}

export function drawCurve(container, facts, { measure, bands, top, at, pick, pathsName }) {
  const width = widthOf(container);
  const about = MEASURES[measure];
  const rows = linesOf(facts, measure);
  const band = bandRows(bands, measure);
  const logarithmic = about.times && top > HIGH;
  const observed = facts.observed.filter((item) => item.output === measure && item.compute);
  const bottom = Math.min(1, ...rows.map((row) => row.y).filter(Number.isFinite), ...observed.map((item) => item.low));
  const scale = computeScale(facts, width);
  const years = yearTicks(facts.course, width, scale.domain);
  const last = rows.findLast((row) => Number.isFinite(row.y));
  const xAxis = [
    Plot.axisX(scale.ticks, { tickFormat: power, label: "effective compute [FLOP/year, 2023 software] →", labelAnchor: "right" }),
    Plot.axisX(years.map(({ x }) => x), { anchor: "top", text: years.map(({ year }) => String(year)), label: null, tickSize: 4 }),
  ];
  const speed = figure({
    caption: `${about.title} [${about.unit}]`,
    note: bandNote(bands),
    description: `${about.title} along compute: ${measured(measure, valueAt(rows, facts.today))} today, `
      + `${measured(measure, last?.y)} at ${compute(last?.x)} FLOP/year.`,
    width, height: width < 450 ? 260 : 340, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: 26, marginBottom: 38,
    x: { ...scale, axis: null },
    y: { type: logarithmic ? "log" : "linear", domain: about.times ? [bottom * (logarithmic ? 0.9 : 0.98), top] : [0, 1],
      grid: true, label: null, ticks: logarithmic ? 5 : 6, tickFormat: (value) => about.times ? `${short(value)}` : `${Math.round(100 * value)} %` },
    marks: [
      ...xAxis,
      Plot.areaY(band, { x: "x", y1: "low", y2: "high", fill: "var(--band)", fillOpacity: 0.22 }),
      Plot.lineY(band, { x: "x", y: "middle", stroke: "var(--band)", strokeDasharray: "5,4", strokeWidth: 1.6 }),
      Plot.ruleX([facts.today], { stroke: "var(--quiet)", strokeDasharray: "2,3" }),
      Plot.text([facts.today], { x: (value) => value, frameAnchor: "top", text: ["today"], dx: 4, dy: 4, textAnchor: "start", fill: "var(--quiet)" }),
      Plot.ruleX([at], { stroke: "var(--accent)", strokeWidth: 1.5 }),
      Plot.lineY(rows, { x: "x", y: "y", stroke: "var(--ink)", strokeWidth: 2.2, className: "main" }),
      Plot.ruleX(observed, { x: "compute", y1: "low", y2: "high", stroke: "var(--accent-2)", strokeWidth: 2 }),
      Plot.dot(observed, { x: "compute", y: "value", fill: "var(--accent-2)", r: 4, symbol: "diamond",
        title: (item) => `${item.note}: ${short(item.value)} [${short(item.low)} to ${short(item.high)}], ${month(item.date)}\n${item.source.join("; ")}`, tip: true }),
      Plot.tip(rows, Plot.pointerX({ x: "x", y: "y", title: (row) => `${compute(row.x)} FLOP/year, ${when(facts.course, row.x)}\n${measured(measure, row.y)}` })),
    ],
  });
  speed.querySelector("svg").addEventListener("click", (event) => {
    const value = event.currentTarget.value ?? speed.querySelector("svg").value;
    if (value?.x) pick(value.x);
  });
  container.replaceChildren(speed, keyOf(band.length, observed.length), ...whatBinds(facts, width, scale, at),
    readout(facts, at), milestones(facts, bands, pathsName), ...observations(facts, measure));
}

function bandNote(bands) {
  if (!bands) return "bands follow";
  if (bands.problem) return `no bands: ${bands.problem}`;
  if (bands.none) return bands.none;
  if (!("draws" in bands)) return `weighing draws by the evidence: ${percent(bands.weighing ?? 0)}`;
  const evidence = bands.evidence ? ` under the evidence ${bands.evidence}, worth ${Math.round(bands.ess)} independent ones` : " of the catalog's intervals";
  const failed = bands.failed ? `; ${bands.failed} have no answer` : "";
  return `bands: 5 to 95 % of ${bands.draws}${bands.done ? "" : ` of ${bands.of}`} draws${evidence}${failed}; what is moved or set here is the same in all`;
}

function keyOf(banded, observed) {
  const line = (path, extra) => {
    const holder = element("span");
    holder.innerHTML = `<svg width="26" height="12" aria-hidden="true">${path}</svg>`;
    holder.append(extra);
    return element("li", {}, holder);
  };
  return element("ul", { className: "key" },
    line('<line x1="0" y1="6" x2="26" y2="6" stroke="var(--ink)" stroke-width="2.2"/>', "the catalog's own values"),
    banded ? line('<rect width="26" height="12" fill="var(--band)" fill-opacity="0.22"/><line x1="0" y1="6" x2="26" y2="6" stroke="var(--band)" stroke-width="1.6" stroke-dasharray="5,4"/>', "median and 90 % band of draws") : null,
    observed ? line('<line x1="13" y1="0" x2="13" y2="12" stroke="var(--accent-2)" stroke-width="2"/><path d="M13 2 L17 6 L13 10 L9 6 Z" fill="var(--accent-2)"/>', "measured or reported, with its width") : null);
}

// The interval of constant largest share at each position, from the shares themselves.
export function leaders(facts) {
  const { sources } = facts;
  const largest = facts.compute.map((_, index) => {
    const shares = sources.map((source) => finite(facts.share[source][index]));
    return shares.some(Number.isNaN) ? "" : sources[shares.indexOf(Math.max(...shares))];
  });
  const result = [];
  facts.compute.forEach((x, index) => {
    const previous = result.at(-1);
    if (previous && previous.source === largest[index]) previous.end = x;
    else {
      if (previous) previous.end = x;
      result.push({ source: largest[index], start: x, end: x });
    }
  });
  return result.filter((item) => item.end > item.start);
}

function whatBinds(facts, width, scale, at) {
  const order = ["review", ...facts.sources.filter((source) => source !== "review")];
  // stacked here: two rows at one compute are the two sides of a jump
  const base = facts.compute.map(() => 0);
  const rows = order.flatMap((source) => facts.compute.map((x, index) => {
    const low = base[index];
    base[index] += finite(facts.share[source][index]);
    return { x, source, low, high: base[index] };
  }));
  const lanes = leaders(facts);
  const options = { width, marginLeft: MARGIN.left, marginRight: MARGIN.right, x: { ...scale, axis: null } };
  const labelled = lanes.filter((lane) => lane.source
    && Math.log(lane.end / lane.start) / Math.log(scale.domain[1] / scale.domain[0]) * width > 70);
  const openings = facts.openings.compute.filter((x) => x >= scale.domain[0] && x <= scale.domain[1]);
  return [
    figure({
      ...options, caption: "What holds research back most", height: 74, marginTop: 4, marginBottom: 6,
      description: `The largest share of output along compute: ${lanes.map((lane) => `${sourceName(lane.source) || "nothing"} from ${compute(lane.start)}`).join(", ")}.`,
      y: { axis: null, domain: [0, 2.1] },
      marks: [
        Plot.rectX(lanes, { x1: "start", x2: "end", y1: 0, y2: 1, fill: (lane) => lane.source ? colourOf(lane.source) : "none", insetRight: 0.5, title: (lane) => `${sourceName(lane.source)}: ${compute(lane.start)} to ${compute(lane.end)} FLOP/year` }),
        Plot.text(labelled, { x: (lane) => Math.sqrt(lane.start * lane.end), y: 0.5, text: (lane) => sourceName(lane.source), fill: "#ffffff", stroke: "#1b1f24", strokeWidth: 3, fontWeight: 600 }),
        Plot.ruleX(openings, { x: (x) => x, y1: 1.15, y2: 1.75, stroke: "var(--ink)" }),
        Plot.text([scale.domain[0]], { x: (x) => x, y: 2.05, text: [`${openings.length} tasks open to AI, one line each`], textAnchor: "start", lineAnchor: "top", fill: "var(--quiet)" }),
        Plot.ruleX([at], { stroke: "var(--accent)", strokeWidth: 1.5 }),
      ],
    }),
    figure({
      ...options, caption: "Share of each: what 1 % more of it gives, in % of output", height: 190, marginTop: 8, marginBottom: 38,
      description: `Shares of ${order.map(sourceName).join(", ")} along compute; they sum to 1.`,
      y: { domain: [0, 1], label: null, ticks: 3 },
      color: { domain: order, range: order.map(colourOf) },
      marks: [
        Plot.axisX(scale.ticks, { tickFormat: power, label: "effective compute [FLOP/year, 2023 software] →", labelAnchor: "right" }),
        Plot.areaY(rows, { x: "x", y1: "low", y2: "high", fill: "source", fillOpacity: 0.85 }),
        Plot.ruleX([facts.today], { stroke: "var(--ink)", strokeDasharray: "2,3" }),
        Plot.ruleX([at], { stroke: "var(--accent)", strokeWidth: 1.5 }),
      ],
    }),
    element("ul", { className: "key" }, ...order.map((source) =>
      element("li", {}, swatch(colourOf(source)), sourceName(source)))),
  ];
}

function valueAt(rows, position) {
  const after = rows.findIndex((row) => row.x >= position);
  if (after < 0) return NaN;
  if (after === 0) return rows[0].y;
  const [first, second] = [rows[after - 1], rows[after]];
  if (second.x === first.x) return second.y;
  const part = Math.log(position / first.x) / Math.log(second.x / first.x);
  return first.y + part * (second.y - first.y);
}

function readout(facts, at) {
  const value = (measure) => valueAt(linesOf(facts, measure), at);
  const shares = facts.sources.map((source) => [source, valueAt(facts.compute.map((x, index) => ({ x, y: finite(facts.share[source][index]) })), at)]);
  return table(`At ${compute(at)} FLOP/year (${when(facts.course, at)})`,
    ["", { title: "value", number: true }],
    [
      ...Object.keys(MEASURES).map((measure) => [MEASURES[measure].title, measured(measure, value(measure))]),
      ...shares.map(([source, share]) => [`share of ${sourceName(source)} in output`, percent(share)]),
    ]);
}

function milestones(facts, bands, pathsName) {
  const kinds = Object.keys(facts.reviewers_run_out);
  const points = [
    ...Object.entries(facts.milestones).map(([name, point]) => [MILESTONES[name], point]),
    ...kinds.map((kind) => [`all hours of reviewers${ofKind(kind, kinds)} are in use`, facts.reviewers_run_out[kind]]),
  ];
  return table(`When, with compute [FLOP/year] along ${pathsName} and people as they are`,
    ["", { title: "compute", number: true }, "date", { title: "throughput then", number: true }],
    points.map(([title, point]) => point === null
      ? [title, "nowhere here", "", ""]
      : [title, compute(point.compute), when(facts.course, point.compute), times(point.throughput_speedup)]));
}

function observations(facts, measure) {
  const items = facts.observed.filter((item) => item.output === measure);
  if (!items.length) return [];
  return [element("details", {}, element("summary", {}, `What was measured (${items.length})`),
    table("Measured or reported, with the width that it has as evidence", ["what", "date", { title: "value", number: true }, { title: "90 % width", number: true }, "source"],
      items.map((item) => [item.note, month(item.date), measured(measure, item.value),
        `${measured(measure, item.low)} to ${measured(measure, item.high)}`, item.source.join("; ")])))];
}
