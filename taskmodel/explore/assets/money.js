// What a dollar should buy along compute, and what a reviewer is worth.

import { computeScale } from "./curve.js";
import { element, figure, swatch, table, widthOf } from "./page.js";
import { compute, isNumber, percent, power, short, times } from "./words.js";

const COSTS = {
  unit_cost_without_ai: { title: "people alone", colour: "var(--other)", dash: "6,4" },
  unit_cost_as_is: { title: "as things are", colour: "var(--ink)", dash: null },
  unit_cost: { title: "everything bought at its price", colour: "var(--band)", dash: "2,2" },
};
const COLOURS = ["var(--blue)", "var(--sky)", "var(--green)"];
const REVIEW = ["var(--vermillion)", "var(--orange)", "var(--yellow)"];
const FIXED = { inference: "var(--inference)", experiments: "var(--experiments)", defect_budget: "var(--defect_budget)" };

function factorColours(factors) {
  let people = 0, reviewers = 0;
  return Object.fromEntries(factors.map((factor) => [factor, FIXED[factor]
    ?? (factor.startsWith("review") ? REVIEW[reviewers++ % 3] : COLOURS[people++ % 3])]));
}

export function drawMoney(container, facts) {
  const width = widthOf(container);
  const scale = computeScale(facts, width);
  const colours = factorColours(facts.factors);
  const costs = Object.keys(COSTS).flatMap((name) => facts.compute.map((x, index) => ({ x, y: facts[name][index], name })))
    .filter((row) => isNumber(row.y));
  const base = facts.compute.map(() => 0);
  const parts = facts.factors.flatMap((factor, row) => facts.compute.map((x, index) => {
    const low = base[index];
    base[index] += facts.spending_share[row][index] ?? NaN;
    return { x, low, high: base[index], factor };
  }));
  const wages = facts.reviewers.flatMap((name, row) => facts.compute.map((x, index) => ({ x, y: facts.break_even_wage[row][index], name })))
    .filter((row) => isNumber(row.y));
  const options = { width, marginLeft: 54, marginRight: 14, marginTop: 10, x: { ...scale, axis: null } };
  const axis = Plot.axisX(scale.ticks, { tickFormat: power, label: "effective compute [FLOP/year, 2023 software] →", labelAnchor: "right" });
  const today = Plot.ruleX([facts.today], { stroke: "var(--quiet)", strokeDasharray: "2,3" });
  const top = Math.max(...wages.map((row) => row.y), ...facts.wage) * 1.05;
  const index = facts.compute.findIndex((position) => position >= facts.today);
  container.replaceChildren(
    facts.prices_added ? element("p", { className: "quiet" }, "This catalog has no prices; those of the scenario priced are added (judgement for the most part).") : "",
    figure({ ...options, caption: "Cost of an hour of research [$/h]", height: 230, marginBottom: 38,
      description: `Cost of an hour of research: at ${compute(facts.compute.at(-1))} FLOP/year ${short(facts.unit_cost.at(-1))} dollars with everything bought, ${short(facts.unit_cost_without_ai.at(-1))} by people alone.`,
      y: { domain: [0, Math.max(...costs.map((row) => row.y)) * 1.05], grid: true, label: null },
      marks: [axis, today, ...Object.entries(COSTS).map(([name, { colour, dash }]) =>
        Plot.lineY(costs.filter((row) => row.name === name), { x: "x", y: "y", stroke: colour, strokeWidth: 2.2, strokeDasharray: dash })),
      Plot.tip(costs, Plot.pointerX({ x: "x", y: "y", title: (row) => `${COSTS[row.name].title}: ${short(row.y)} $/h\n${compute(row.x)} FLOP/year` }))] }),
    element("ul", { className: "key" }, ...Object.values(COSTS).map(({ title, colour, dash }) => {
      const item = element("li");
      item.innerHTML = `<svg width="26" height="10" aria-hidden="true"><line x1="0" y1="5" x2="26" y2="5" stroke="${colour}" stroke-width="2.2" stroke-dasharray="${dash ?? ""}"/></svg>`;
      item.append(title);
      return item;
    })),
    figure({ ...options, caption: "What a dollar should buy: shares of the cheapest research", height: 190, marginBottom: 38,
      description: `Shares of spending on ${facts.factors.join(", ")} along compute.`,
      y: { domain: [0, 1], label: null, ticks: 3, percent: false },
      color: { domain: facts.factors, range: facts.factors.map((factor) => colours[factor]) },
      marks: [axis, Plot.areaY(parts, { x: "x", y1: "low", y2: "high", z: "factor", fill: "factor", fillOpacity: 0.85 }), today] }),
    element("ul", { className: "key" }, ...facts.factors.map((factor) => element("li", {}, swatch(colours[factor]), factor.replaceAll("_", " ")))),
    figure({ ...options, caption: "Break-even wage of a reviewer [$/h]", height: 210, marginBottom: 38,
      note: `dashed: the price of an hour in the catalog; above it, one more reviewer pays`,
      description: `Wage at which one more reviewer breaks even, along compute; the catalog pays ${facts.wage.map((wage) => short(wage)).join(", ")} dollars an hour.`,
      y: { domain: [0, top], grid: true, label: null, tickFormat: (tick) => short(tick) },
      marks: [axis, today, Plot.ruleY(facts.wage, { stroke: "var(--ink)", strokeDasharray: "6,4" }),
        ...facts.reviewers.map((name, row) => Plot.lineY(wages.filter((item) => item.name === name), { x: "x", y: "y", stroke: REVIEW[row % 3], strokeWidth: 2.4 })),
        Plot.tip(wages, Plot.pointerX({ x: "x", y: "y", title: (row) => `${row.name}: ${short(row.y)} $/h\n${compute(row.x)} FLOP/year` }))] }),
    index < 0 ? "" : table(`Today, ${compute(facts.compute[index])} FLOP/year`, ["factor", { title: "should be spent", number: true },
      { title: "is spent", number: true }, { title: "research for a dollar more, over that for an average dollar", number: true }],
    facts.factors.map((factor, row) => [factor.replaceAll("_", " "), percent(facts.spending_share[row][index]),
      percent(facts.spending_share_as_is[row][index]), times(facts.dollar_return[row][index])])),
  );
}
