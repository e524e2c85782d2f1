// Dates: bands by date, when oversight costs what, what would buy time, and a world beside.

import { breakable, element, figure, swatch, table, widthOf } from "./page.js";
import { MEASURES, isNumber, measured, month, ofKind, percent, short, times } from "./words.js";

const FIRSTS = ["oversight_costs_a_tenth_from", "oversight_costs_half_from", "oversight_bottleneck_from"];
const FIRST_COLOURS = ["var(--blue)", "var(--orange)", "var(--vermillion)"];
const FIRST_DASHES = [null, "6,3", "2,2"];
const LEAST = 0.05; // years that are told as a change
const BY = [2027, 2028, 2030];
const finite = (value) => (isNumber(value) ? value : NaN);

function line(colour, dash, text) {
  const item = element("li");
  item.innerHTML = `<svg width="26" height="10" aria-hidden="true"><line x1="0" y1="5" x2="26" y2="5" stroke="${colour}" stroke-width="2.2" stroke-dasharray="${dash ?? ""}"/></svg>`;
  item.append(text);
  return item;
}

export function drawTime(container, { bands, remedies, world, curve, measure, pathsName }) {
  const width = widthOf(container);
  container.replaceChildren(
    ...(remedies ? remedyTable(remedies, pathsName) : [element("p", { className: "quiet" }, "what would buy time follows")]),
    ...(bands?.time ? [firstTable(bands), ...byDate(bands, curve, measure, width, pathsName)] : [element("p", { className: "quiet" }, waiting(bands))]),
    ...(world ? worldFigures(world, width) : []));
}

function waiting(bands) {
  if (bands?.problem) return `no bands: ${bands.problem}`;
  if (bands?.none) return bands.none;
  if (bands && "weighing" in bands) return `weighing draws by the evidence: ${percent(bands.weighing)}`;
  return "dates of draws follow";
}

function byDate(bands, curve, measure, width, pathsName) {
  const about = MEASURES[measure];
  const [low, middle, high] = bands.bands[measure];
  const rows = bands.time.map((x, index) => ({ x, low: finite(low[index]), middle: finite(middle[index]), high: finite(high[index]) }));
  const observed = curve.observed.filter((item) => item.output === measure && item.date >= bands.time[0]);
  const top = Math.max(...rows.map((row) => row.high).filter(Number.isFinite), ...observed.map((item) => item.high));
  const bottom = Math.min(1, ...rows.map((row) => row.low).filter(Number.isFinite), ...observed.map((item) => item.low));
  const logarithmic = about.times && top > 20;
  const dates = { label: null, tickFormat: (year) => String(year), ticks: width < 450 ? 4 : 8 };
  const options = { width, marginLeft: 46, marginRight: 14, marginTop: 8, marginBottom: 28 };
  const chances = FIRSTS.flatMap((name, index) => bands.by.map((x, at) => ({ x, y: bands.probability[name][at], index })));
  return [
    figure({ ...options, caption: `${about.title} by date [${about.unit}]`, height: width < 450 ? 230 : 280,
      note: `median and 90 % band of ${bands.draws}${bands.done ? "" : ` of ${bands.of}`} draws; compute along ${pathsName}, people as they are`,
      description: `${about.title}: median ${measured(measure, middle.at(-1))}, 90 % band ${measured(measure, low.at(-1))} to ${measured(measure, high.at(-1))}, at ${month(bands.time.at(-1))}.`,
      x: dates, y: { type: logarithmic ? "log" : "linear", domain: about.times ? [bottom * (logarithmic ? 0.9 : 0.98), top] : [0, 1], grid: true, label: null, tickFormat: (value) => about.times ? short(value) : `${Math.round(100 * value)} %` },
      marks: [
        Plot.areaY(rows, { x: "x", y1: "low", y2: "high", fill: "var(--band)", fillOpacity: 0.22 }),
        Plot.lineY(rows, { x: "x", y: "middle", stroke: "var(--band)", strokeWidth: 2.2 }),
        Plot.ruleX([bands.today], { stroke: "var(--quiet)", strokeDasharray: "2,3" }),
        Plot.ruleX(observed, { x: "date", y1: "low", y2: "high", stroke: "var(--accent-2)", strokeWidth: 2 }),
        Plot.dot(observed, { x: "date", y: "value", fill: "var(--accent-2)", r: 4, symbol: "diamond", tip: true,
          title: (item) => `${item.note}: ${short(item.value)} [${short(item.low)} to ${short(item.high)}], ${month(item.date)}` }),
        Plot.tip(rows, Plot.pointerX({ x: "x", y: "middle", title: (row) => `${month(row.x)}: ${measured(measure, row.middle)} [${measured(measure, row.low)} to ${measured(measure, row.high)}]` })),
      ] }),
    figure({ ...options, caption: "Probability, by date [1]", height: 190,
      description: `Probability that oversight costs half: ${BY.map((year) => `${percent(chance(bands, FIRSTS[1], year))} by ${year}`).join(", ")}.`,
      x: { ...dates, domain: [bands.by[0], bands.by.at(-1)] }, y: { domain: [0, 1], grid: true, label: null, ticks: 3 },
      marks: FIRSTS.map((_, index) => Plot.lineY(chances.filter((row) => row.index === index), { x: "x", y: "y", stroke: FIRST_COLOURS[index], strokeWidth: 2.2, strokeDasharray: FIRST_DASHES[index], curve: "step-after" })) }),
    element("ul", { className: "key" }, ...FIRSTS.map((name, index) => line(FIRST_COLOURS[index], FIRST_DASHES[index], `${bands.titles[name]}`))),
  ];
}

const bandText = ([first, median, last]) => `${never(median)} (90 %: ${never(first)} to ${never(last)})`;

// When oversight first costs half and binds most, over draws, in words.
export function drawn(bands) {
  const [, half, most] = FIRSTS;
  return `${bands.draws} draws of the uncertain numbers it costs half from ${bandText(bands.first[half])}, and is the bottleneck from ${bandText(bands.first[most])}`;
}

function firstTable(bands) {
  return table(`First time that, over ${bands.draws} draws of the uncertain numbers`, ["", { title: "median", number: true }, { title: "90 % band", number: true }, ...BY.map((year) => ({ title: `by ${year}`, number: true }))],
    FIRSTS.map((name) => {
      const [first, median, last] = bands.first[name];
      return [bands.titles[name], never(median), `${never(first)} to ${never(last)}`, ...BY.map((year) => percent(chance(bands, name, year)))];
    }));
}

const never = (date) => (date === "inf" ? "never on the path" : month(date));

function chance(bands, name, year) {
  const index = bands.by.indexOf(year);
  return index < 0 ? null : bands.probability[name][index];
}

// Changes in the order of the time that they buy until oversight costs half, then until it binds
// most, then until reviewers run out.
function remedyTable(remedies, pathsName) {
  const { reviewers } = remedies;
  const milestone = (title, name) => ({ title, date: (row) => row.dates[remedies.milestones.indexOf(name)] });
  const half = milestone("oversight costs half", "oversight_costs_half");
  const most = milestone("oversight is the bottleneck", "oversight_bottleneck");
  const out = reviewers.map((kind, index) => ({ title: `reviewers run out${ofKind(kind, reviewers)}`, date: (row) => row.reviewers_run_out[index] }));
  const columns = [half, ...out, most];
  const [now, ...changes] = remedies.rows;
  const year = (date) => date === "inf" ? Infinity : date ?? -Infinity;
  const gain = (row, { date }) => year(date(row)) === year(date(now)) ? 0 : year(date(row)) - year(date(now));
  const order = [...changes].sort((one, other) => [half, most, ...out].map((column) => gain(other, column) - gain(one, column)).find((difference) => difference) || 0);
  const cell = (row, column) => {
    const date = column.date(row), bought = gain(row, column);
    if (date === null) return "no answer";
    if (date === "inf") return "not by the path's end";
    if (row !== now && Math.abs(bought) < LEAST) return "no change";
    return Number.isFinite(bought) && bought ? `${month(date)} (${bought > 0 ? "+" : "−"}${Math.abs(bought).toFixed(1)}\u00a0y)` : month(date);
  };
  return [
    table(`What would buy time: from when …, at the catalog's own values, along ${pathsName.replaceAll("_", " ")}`,
      ["with one thing changed", ...columns.map(({ title }) => ({ title, number: true })), "what is set"],
      [now, ...order].map((row) => [row === now ? element("strong", {}, row.title) : row.title, ...columns.map((column) => cell(row, column)), breakable(row.setting)])),
    element("p", { className: "quiet" }, "Reviewers run out: all the hours that they may review are in use. Oversight is no bottleneck either where reviewers are so few that people go on doing by hand what AI could do: read its date with the first. "
      + "Other changes: move an input, and this table is computed again."),
  ];
}

const WORLD_LINES = { alignment: { title: "alignment research, throughput", colour: "var(--blue)", dash: null }, capability: { title: "the world's software research", colour: "var(--vermillion)", dash: "6,3" } };
const MOST = 30;

function worldFigures(world, width) {
  const rows = [
    ...world.position.map((x, index) => ({ x, y: finite(world.alignment[index]), name: "alignment" })),
    ...world.time.map((x, index) => ({ x, y: Math.min(finite(world.capability[index]), 10 * MOST) /* cut well above the figure */, name: "capability" })),
  ];
  const reached = world.milestones.filter((item) => isNumber(item.date));
  const marked = reached.filter((item) => ["automation_rnd_20%", "automation_rnd_100%", "alignment_oversight_bottleneck"].includes(item.name));
  return [
    figure({ caption: `Alignment beside capabilities in the world ${world.world} [× without AI]`, width, height: 260, marginLeft: 46, marginRight: 14, marginTop: 8, marginBottom: 28,
      note: `Davidson's takeoff model, its compute in place of the path above; what is beyond ${MOST}× is not shown; R&D tasks take the training runs of ${world.map}`,
      description: `Alignment research goes ${times(world.alignment.at(-1))} as fast at the end; the world's software research ${short(world.capability.at(-1))} times.`,
      x: { label: null, tickFormat: (year) => String(year), ticks: width < 450 ? 4 : 8, domain: [world.time[0], world.time.at(-1)] },
      y: { type: "log", domain: [0.9, MOST], grid: true, label: null, ticks: [1, 2, 3, 5, 10, 20, 30], tickFormat: (tick) => String(tick) },
      marks: [
        Plot.ruleX(marked, { x: "date", stroke: "var(--quiet)", strokeDasharray: "2,3", title: (item) => `${item.meaning}: ${month(item.date)}`, tip: true }),
        ...Object.entries(WORLD_LINES).map(([name, { colour, dash }]) => Plot.lineY(rows.filter((row) => row.name === name), { x: "x", y: "y", stroke: colour, strokeWidth: 2.2, strokeDasharray: dash, clip: true })),
      ] }),
    element("ul", { className: "key" }, ...Object.values(WORLD_LINES).map(({ title, colour, dash }) => line(colour, dash, title))),
    element("details", {}, element("summary", {}, "Milestones in that world"),
      table("Milestones", ["date", "what"], world.milestones.map((item) => [isNumber(item.date) ? month(item.date) : "not reached", item.meaning]))),
  ];
}
