// The task graph at one compute: a row for each task, from left to right by its place in the order.

import { sourceTexts } from "./controls.js";
import { element, table, widthOf } from "./page.js";
import { compute, isNumber, percent, short, times, unitText, when } from "./words.js";

const STATES = {
  "by people": { colour: "var(--sky)", symbol: "symbolCircle" },
  "by people, not delegable": { colour: "var(--blue)", symbol: "symbolSquare" },
  "by people and by AI": { colour: "var(--yellow)", symbol: "symbolDiamond2" },
  "by AI, every unit reviewed": { colour: "var(--orange)", symbol: "symbolTriangle" },
  "by AI, spot checks": { colour: "var(--vermillion)", symbol: "symbolCross" },
  "by AI, no review": { colour: "var(--surface)", symbol: "symbolStar" },
  "by AI, a protocol of its own": { colour: "var(--purple)", symbol: "symbolWye" },
};
const ROW = 19, PHASE = 23, SIZE = 95;
const FIELDS = { share: "share of base-year hours", horizon: "time of a typical unit", horizon_multiplier: "horizon needed, relative to it",
  review_ratio: "review for an hour of AI work", coverage_floor: "least share of units reviewed", automation_threshold: "automation threshold",
  gate_latency: "wait for an approval", defect_probability: "probability of a defect", attack_harm: "harm of an attack" };

const symbol = (state, size = SIZE) => d3.symbol(d3[STATES[state].symbol], size)();

function critical(facts, later, earlier) {
  const gap = Math.abs(earlier.start + earlier.duration - later.start);
  return later.critical && earlier.critical && gap <= 1e-5 * facts.pass_time;
}

export function drawTasks(container, facts, { course, sources, chosen, choose }) {
  const used = Object.keys(STATES).filter((state) => facts.tasks.some((task) => task.state === state));
  const aside = element("aside", { "aria-live": "polite" });
  const holder = element("div");
  const heading = element("p", {}, `At ${compute(facts.compute)} FLOP/year (${when(course, facts.compute)}) one pass through the tasks takes `
    + `${short(facts.pass_time)} h, without AI ${short(facts.pass_time_without_ai)} h (${times(facts.latency_speedup)}); throughput is ${times(facts.throughput_speedup)}. `
    + `Review takes ${short(facts.review_hours)} of ${short(facts.review_supply)} hours a year${facts.review_supply ? ` (${percent(facts.review_hours / facts.review_supply)})` : ""}.`);
  const key = element("ul", { className: "key" }, ...used.map((state) => {
    const item = element("li", {}, `${state} (${facts.tasks.filter((task) => task.state === state).length})`);
    const mark = d3.create("svg").attr("width", 16).attr("height", 16).attr("viewBox", "-8 -8 16 16").attr("aria-hidden", "true");
    mark.append("path").attr("d", symbol(state, 80)).attr("fill", STATES[state].colour).attr("stroke", "var(--ink)");
    item.prepend(mark.node());
    return item;
  }), element("li", {}, "thick: critical path"));
  container.replaceChildren(heading, key, element("div", { className: "graph" }, holder, aside));
  const names = facts.tasks.map((task) => task.name);
  const select = (name, tell = true) => {
    const task = facts.tasks.find((item) => item.name === name) ?? facts.tasks[0];
    holder.querySelectorAll(".node").forEach((node) => node.classList.toggle("chosen", node.dataset.task === task.name));
    describe(aside, task, facts, course, sources);
    if (tell) choose(task.name);
  };
  holder.append(graph(facts, widthOf(holder), select));
  select(names.includes(chosen) ? chosen : names[0], false);
  container.append(element("details", {}, element("summary", {}, "All tasks as a table"), asTable(facts)));
}

function graph(facts, width, select) {
  const labels = Math.min(330, Math.max(130, width * 0.44));
  const size = width < 450 ? 10.5 : 12;
  const deepest = Math.max(...facts.tasks.map((task) => task.level), 1);
  const x = d3.scaleLinear([0, deepest], [labels + 14, width - 12]);
  const place = new Map();
  let top = 4;
  const rows = [];
  for (const [phase, title] of Object.entries(facts.phases)) {
    rows.push({ phase: title, y: top + PHASE / 2, top });
    top += PHASE;
    for (const task of facts.tasks.filter((item) => item.phase === phase)) {
      place.set(task.name, { x: x(task.level), y: top + ROW / 2, task });
      top += ROW;
    }
  }
  const svg = d3.create("svg").attr("class", "tasks").attr("viewBox", `0 0 ${width} ${top + 4}`).attr("role", "group")
    .attr("aria-label", "Task graph; arrow keys go from task to task").attr("font-size", size).attr("fill", "currentColor");
  const clip = (text, room, scale) => {
    const most = Math.floor(room / (size * scale));
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  };
  svg.append("g").selectAll("text").data(rows).join("text").attr("x", 0).attr("y", (row) => row.y).attr("dy", "0.35em")
    .attr("font-weight", 600).text((row) => clip(row.phase, labels, 0.56));
  const guides = svg.append("g").attr("stroke", "var(--line)");
  for (const { x: end, y } of place.values()) guides.append("line").attr("x1", labels).attr("x2", end).attr("y1", y).attr("y2", y);
  const edges = [...place.values()].flatMap(({ task }) => task.after.map((earlier) => ({ from: place.get(earlier), to: place.get(task.name) })));
  const wide = x(1) - x(0);
  // a curve reaches the row of the later task within a level, then follows that row
  const path = ({ from, to }) => `M${from.x},${from.y}C${from.x + 0.6 * wide},${from.y} ${from.x + 0.3 * wide},${to.y} ${from.x + 0.9 * wide},${to.y}L${to.x},${to.y}`;
  const isCritical = ({ from, to }) => critical(facts, to.task, from.task);
  edges.sort((first, second) => isCritical(first) - isCritical(second));
  svg.append("g").attr("fill", "none").selectAll("path").data(edges).join("path").attr("d", path)
    .attr("stroke", (edge) => isCritical(edge) ? "var(--ink)" : "var(--other)")
    .attr("stroke-width", (edge) => isCritical(edge) ? 2.6 : 1).attr("stroke-opacity", (edge) => isCritical(edge) ? 1 : 0.75);
  const nodes = svg.append("g").selectAll("g").data([...place.values()]).join("g").attr("class", "node").attr("data-task", ({ task }) => task.name)
    .attr("role", "button").attr("tabindex", (_, index) => (index ? -1 : 0))
    .attr("aria-label", ({ task }) => `${task.title}: ${task.state}${task.critical ? ", on the critical path" : ""}`);
  nodes.append("rect").attr("x", 0).attr("y", ({ y }) => y - ROW / 2).attr("width", width).attr("height", ROW).attr("fill", "transparent");
  nodes.append("text").attr("x", 8).attr("y", ({ y }) => y).attr("dy", "0.35em").text(({ task }) => clip(task.title, labels - 10, 0.53))
    .append("title").text(({ task }) => task.title);
  nodes.append("path").attr("class", "ring").attr("transform", ({ x: left, y }) => `translate(${left},${y})`).attr("d", ({ task }) => symbol(task.state))
    .attr("fill", ({ task }) => STATES[task.state].colour).attr("stroke", "var(--ink)").attr("stroke-width", ({ task }) => task.critical ? 2.4 : 1);
  const list = nodes.nodes();
  nodes.on("pointerenter focus click", (_, { task }) => select(task.name));
  nodes.on("keydown", function move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = list[(list.indexOf(this) + step + list.length) % list.length];
    list.forEach((node) => node.setAttribute("tabindex", node === next ? 0 : -1));
    next.focus();
  });
  return svg.node();
}

function describe(aside, task, facts, course, sources) {
  const opens = !task.delegable ? "never: not delegable" : isNumber(task.opens_at) ? `${compute(task.opens_at)} FLOP of training` : "never";
  const rows = [
    ["state", task.state],
    ["AI can do it from", opens],
    ["hours a year by people", short(task.hours_by_people)],
    ["hours' worth a year by AI", short(task.hours_by_ai)],
    ["review hours a year", short(task.review_hours)],
    ["time of one unit, waits included", `${short(task.duration)} h`],
    ["on the critical path", task.critical ? "yes" : `no: ${short(task.slack)} h of slack`],
    ["after", task.after.map((name) => facts.tasks.find((item) => item.name === name).title).join("; ") || "nothing"],
  ];
  const numbers = task.numbers.map((entry) => {
    const field = entry.path.split(".").at(-1);
    const interval = isNumber(entry.low) ? ` [90 %: ${short(entry.low)} to ${short(entry.high)}]` : "";
    const works = sourceTexts(entry, sources).flatMap((work, index) => (index ? ["; ", work] : [work]));
    return [element("dt", {}, FIELDS[field] ?? field),
      element("dd", {}, `${short(entry.value)} ${unitText(entry)}${interval}; `, ...works, entry.note ? ` (${entry.note})` : "")];
  });
  aside.replaceChildren(element("h3", {}, task.title),
    element("dl", {}, ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    element("details", {}, element("summary", {}, "its numbers, each with its source"), element("dl", {}, ...numbers.flat())));
}

function asTable(facts) {
  return table("Tasks", ["task", "state", { title: "hours by people", number: true }, { title: "by AI", number: true },
    { title: "review hours", number: true }, { title: "time of a unit [h]", number: true }, "critical"],
  facts.tasks.map((task) => [task.title, task.state, short(task.hours_by_people), short(task.hours_by_ai), short(task.review_hours),
    short(task.duration), task.critical ? "yes" : ""]));
}
