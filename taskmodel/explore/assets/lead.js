// What a lead buys: the steps from bulk to effective work, and the pause.

import { element, figure, swatch, table, widthOf } from "./page.js";
import { isNumber, percent, short } from "./words.js";

const COLOURS = ["var(--blue)", "var(--vermillion)", "var(--green)", "var(--purple)", "var(--orange)", "var(--sky)"];
const SYMBOLS = ["circle", "square", "diamond", "triangle", "star", "wye"];
const TASK_STEPS = { bulk: "hours of AI, over those of the field", tasks: "spread over tasks; people at the rest",
  review: "people review what AI does", experiments: "experiments take compute", effective: "in parallel, and in sequence" };
const FACTS = {
  researchers: "researchers side by side", serial_speed: "speed of each [months a month]", lead: "lead as stated [months]",
  lead_at_pause: "lead when the pause starts [months]", months_until_pause: "until the risk reaches its limit [months]",
  usable_months: "length of the pause [months]", expected_months: "expected, with theft and takeover [months]",
  no_theft: "nothing is stolen with probability", takeover_risk: "a takeover has probability", organisation_bottleneck: "holds research back most",
};
const FONT = 10; // height of the letters of a figure
const SHARES = ["no_theft", "takeover_risk"];

export function drawLead(container, facts) {
  const width = widthOf(container);
  const { cases, labels } = facts;
  const parts = [element("p", { className: "quiet" }, "A plan is a file of its own: the inputs beside do not change it. "
    + "taskmodel lead-time --set PATH=VALUE changes its numbers.")];
  const colour = (name) => COLOURS[cases.findIndex((item) => item.name === name) % COLOURS.length];
  const idle = cases.filter((item) => item.lead === 0 || item.usable_months === 0).map((item) => item.name.replaceAll("_", " "));
  if (idle.length && cases.length > 1) parts.push(element("p", { className: "quiet" }, `No work, so no place on a logarithmic axis: ${idle.join(", ")}.`));
  if (labels.step && cases[0].field_years) {
    parts.push(steps("Work that the lead buys, after each step and all before it [years of the field]", labels.step, cases, "field_years", width));
  }
  if (labels.organisation_step && cases[0].organisation_field_years) {
    const names = labels.organisation_step.map((step) => TASK_STEPS[step] ?? step);
    parts.push(steps("The same workforce task by task, in the plan's catalog [years of the field]", names, cases, "organisation_field_years", width));
  }
  if (cases.length > 1) {
    parts.push(element("ul", { className: "key" }, ...cases.map(({ name, title }) =>
      element("li", {}, swatch(colour(name)), `${name.replaceAll("_", " ")}: ${title}`))));
  }
  if (cases[0].month) parts.push(...pause(cases, width));
  const shown = Object.keys(FACTS).filter((name) => cases.some((item) => name in item));
  const cell = (item, name) => SHARES.includes(name) ? percent(item[name]) : short(item[name]).replaceAll("_", " ");
  if (shown.length) {
    parts.push(table("Lead, pause and workforce", ["", ...cases.map(({ name }) => ({ title: name.replaceAll("_", " ") || "value", number: true }))],
      shown.map((name) => [FACTS[name], ...cases.map((item) => cell(item, name))])));
  }
  if (labels.rung) parts.push(rungs(labels.rung, cases[0]));
  container.replaceChildren(...parts);
}

function steps(caption, names, cases, variable, width) {
  const rows = cases.flatMap((item, index) => names.map((step, at) => ({ step, at, years: item[variable][at], name: item.name, index })))
    .filter((row) => isNumber(row.years) && row.years > 0);
  const left = Math.min(230, 0.4 * width);
  const low = Math.min(...rows.map((row) => row.years)), high = Math.max(...rows.map((row) => row.years));
  return figure({
    caption, width, height: 40 + 24 * names.length, marginLeft: left, marginRight: 60, marginTop: 6, marginBottom: 34,
    description: `${caption}: ${cases.map((item) => `${item.name || "the plan"} from ${short(item[variable][0])} to ${short(item[variable].at(-1))}`).join("; ")}.`,
    x: { type: "log", domain: [low / 1.6, high * 1.6], grid: true, label: "years of the field →", tickFormat: (tick) => short(tick, 2), ticks: width < 450 ? 3 : 6 },
    y: { domain: names, label: null },
    symbol: { domain: cases.map((_, index) => index), range: cases.map((_, index) => SYMBOLS[index % SYMBOLS.length]) },
    marks: [
      Plot.axisY({ tickSize: 0, lineWidth: (left - 12) / FONT }), // in its own heights: longer names take two lines
      ...cases.map((_, index) => Plot.line(rows.filter((row) => row.index === index), { x: "years", y: "step", stroke: COLOURS[index % COLOURS.length], strokeWidth: 1.4 })),
      Plot.dot(rows, { x: "years", y: "step", symbol: "index", fill: (row) => COLOURS[row.index % COLOURS.length], stroke: "var(--ink)", r: 4.5, title: (row) => `${row.name} ${row.step}: ${short(row.years)} years`, tip: true }),
      cases.length === 1 ? Plot.text(rows, { x: "years", y: "step", text: (row) => short(row.years), dx: 10, textAnchor: "start" }) : null,
    ],
  });
}

function pause(cases, width) {
  const rows = cases.flatMap((item, index) => item.month.map((x, at) => ({ x, y: item.effective_work[at], on: item.goes_on[at], index, name: item.name })))
    .filter((row) => isNumber(row.x) && isNumber(row.y));
  if (!rows.length || !rows.some((row) => row.x > 0)) return [];
  const options = { width, marginLeft: 54, marginRight: 14, marginTop: 8, marginBottom: 36 };
  const lines = (value) => cases.map((_, index) => Plot.lineY(rows.filter((row) => row.index === index), { x: "x", y: value, stroke: COLOURS[index % COLOURS.length], strokeWidth: 2.2 }));
  return [
    figure({ ...options, caption: "Effective work in the pause so far, expected [years of the field]", height: 190,
      description: `Expected effective work grows to ${cases.map((item) => short(item.effective_work.at(-1))).join(", ")} years of the field by the end of the pause.`,
      x: { label: "months since the start of the pause →" }, y: { label: null, grid: true, zero: true }, marks: lines("y") }),
    figure({ ...options, caption: "Probability that the pause goes on [1]", height: 150,
      description: "Probability that neither theft nor takeover has ended the pause.",
      x: { label: "months since the start of the pause →" }, y: { label: null, grid: true, domain: [0, 1] }, marks: lines("on") }),
  ];
}

function rungs(names, item) {
  return table("Models for the work", ["model", { title: "years to the target", number: true }, { title: "risk until then", number: true },
    { title: "work in the pause [years]", number: true }, { title: "risk in it", number: true }, ""],
  names.map((name, index) => [name, short(item.years_to_target[index]), percent(item.risk_to_target[index]), short(item.pause_work[index]),
    percent(item.pause_risk[index]), item.efficient[index] ? "" : "another does as much at less risk"]));
}
