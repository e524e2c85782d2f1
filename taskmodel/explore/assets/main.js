// The page: state and address, questions and answers, views.

import * as api from "./api.js";
import { Controls } from "./controls.js";
import { drawCurve, highest } from "./curve.js";
import { drawLead } from "./lead.js";
import { drawMap } from "./map.js";
import { drawMoney } from "./money.js";
import { asSvg, element, saveAs } from "./page.js";
import { emptySide, fromAddress, initial, read, toAddress } from "./state.js";
import { drawTasks } from "./tasks.js";
import { drawTime, drawn } from "./time.js";
import { MEASURES, compute, isNumber, times, when } from "./words.js";

const VIEWS = { curve: "Speed-up", time: "What buys time", tasks: "Task graph", map: "Map", money: "Money", lead: "Lead and pause" };
const BANDS_AFTER = 200; // milliseconds without a move
const AGAIN = 1500; // until a question is asked again that found the server busy
const SIDES = ["a", "b"];
const byId = (id) => document.getElementById(id);

let start, state, controls;
let chosenTask = null;
const tables = {}; // levers and numbers by scenario
const shown = { a: {}, b: {} }; // the latest answers of each side
const running = { a: null, b: null };
const sides = () => (state.compare ? SIDES : ["a"]);
const pathsName = () => state.paths || start.default_paths;
const question = (side) => ({ scenario: state[side].scenario, moved: state[side].moved, set: state[side].set, paths: pathsName() });

function keep() {
  const address = toAddress(state);
  history.replaceState(null, "", address ? `#${address}` : location.pathname);
}

// --- inputs

async function tableOf(scenario) {
  tables[scenario] ??= await api.answer("numbers", { scenario });
  return tables[scenario];
}

async function showControls() {
  const side = state[state.editing];
  byId("compare").checked = state.compare;
  byId("paths").value = pathsName();
  byId("sides").hidden = !state.compare;
  byId("sides").replaceChildren("Inputs set ", ...SIDES.map((name) => element("label", {},
    element("input", { type: "radio", name: "side", value: name, checked: state.editing === name, onchange: () => {
      state.editing = name;
      keep();
      showControls();
    } }), sideName(name))));
  byId("scenario").value = side.scenario;
  try {
    controls.show(await tableOf(side.scenario), side);
  } catch (error) {
    tell(state.editing, error);
  }
}

const sideName = (side) => (side === "a" ? "left, A" : "right, B");

function changed(kind, name, value) {
  const values = state[state.editing][kind];
  if (value === null) delete values[name];
  else values[name] = value;
  keep();
  refresh([state.editing]);
}

// --- problems, told in words

const problems = { a: "", b: "" };
function tell(side, error) {
  if (error && !(error instanceof api.Refused)) throw error;
  problems[side] = error ? error.message : "";
  const waiting = document.querySelector(`.side[data-side="${side}"] .follows`);
  if (waiting) waiting.textContent = error ? `No answer: ${error.message}` : "The answer follows.";
  const text = sides().filter((name) => problems[name]).map((name) => (state.compare ? `${sideName(name)}: ` : "") + problems[name]).join("\n");
  if (byId("problem").textContent !== text) byId("problem").textContent = text;
  controls?.mark(text);
}

// --- answers: the latest state wins, and what is asked meanwhile waits for its turn

const pending = { a: false, b: false };
async function refresh(which = sides()) {
  for (const side of which) {
    if (running[side]) {
      pending[side] = true;
      continue;
    }
    running[side] = once(side).catch((error) => tell(side, error)).finally(() => {
      running[side] = null;
      if (pending[side]) {
        pending[side] = false;
        refresh([side]);
      } else follow(side);
    });
  }
}

async function once(side) {
  stopBands(side);
  const { view } = state;
  const asked = JSON.stringify(question(side));
  const facts = {};
  const curveNeeded = shown[side].asked !== asked || !shown[side].curve;
  facts.curve = curveNeeded ? await api.answer("curve", question(side)) : shown[side].curve;
  if (view === "tasks") facts.tasks = await api.answer("tasks", { ...question(side), compute: at(facts.curve) });
  if (view === "map") facts.map = await api.answer("map", { ...question(side), other: state.other });
  if (view === "money") facts.money = await api.answer("money", question(side));
  if (view === "lead") facts.lead = await api.answer("lead", { plan: state.plan, months: state.months });
  if (!(view in VIEWS)) state.view = "curve";
  shown[side] = { ...(curveNeeded ? {} : shown[side]), ...facts, asked };
  if (curveNeeded) shown[side].bands = null;
  if (view !== "lead" || facts.lead) tell(side, null);
  draw(side);
  if (state.compare && view === "curve") draw(side === "a" ? "b" : "a");
}

// Bands, and what takes longer, once nothing moves.
const following = { a: null, b: null };
const timers = { a: 0, b: 0 };
function stopBands(side) {
  clearTimeout(timers[side]);
  following[side]?.abort();
  following[side] = null;
}

function follow(side) {
  clearTimeout(timers[side]);
  timers[side] = setTimeout(() => {
    following[side]?.abort();
    const control = following[side] = new AbortController();
    slow(side, control.signal).catch((error) => {
      if (error.name === "AbortError") return;
      if (!(error instanceof api.Refused)) throw error;
      if (error.message.startsWith("too many")) timers[side] = setTimeout(() => follow(side), AGAIN);
      else if (shown[side].curve) {
        shown[side].bands = { problem: error.message };
        draw(side);
      }
    });
  }, BANDS_AFTER);
}

async function slow(side, signal) {
  const own = shown[side];
  if (!own.curve || problems[side]) return;
  const { view } = state;
  if (view === "curve" && !own.bands?.done) {
    await api.bands({ ...question(side), kind: "curve" }, signal, (lines) => tellBands(side, "bands", lines));
  }
  if (view === "time") {
    draw(side);
    own.remedies ??= await api.answer("remedies", question(side), signal);
    draw(side);
    if (start.beside && !own.world) own.world = await api.answer("world", question(side), signal);
    draw(side);
    if (!own.dates?.done) await api.bands({ ...question(side), kind: "time" }, signal, (lines) => tellBands(side, "dates", lines));
  }
}

function tellBands(side, name, lines) {
  shown[side][name] = lines.error ? { problem: lines.error } : lines;
  draw(side);
  if (state.compare && name === "bands") draw(side === "a" ? "b" : "a");
}

// --- drawing

// The chosen compute, at the nearest point that has been solved.
function at(facts) {
  const wanted = isNumber(state.compute) ? state.compute : facts.today;
  return facts.grid.reduce((best, x) => (Math.abs(Math.log(x / wanted)) < Math.abs(Math.log(best / wanted)) ? x : best));
}

function pick(value) {
  const today = shown.a.curve?.today;
  state.compute = Math.abs(Math.log10(value / today)) < 0.03 ? null : Number(value.toPrecision(3));
  keep();
  showCompute();
  if (state.view === "tasks") refresh();
  else sides().forEach(draw);
}

function draw(side) {
  const facts = shown[side];
  const container = document.querySelector(`.side[data-side="${side}"] .content`);
  if (!container || !facts.curve) return;
  const { view, measure } = state;
  if (view === "curve") {
    const top = Math.max(...sides().filter((name) => shown[name].curve).map((name) => highest(shown[name].curve, shown[name].bands, measure)));
    drawCurve(container, facts.curve, { measure, bands: facts.bands, top: top * 1.03, at: at(facts.curve), pick, pathsName: pathsName() });
  }
  if (view === "tasks" && facts.tasks) {
    drawTasks(container, facts.tasks, { course: facts.curve.course, sources: tables[state[side].scenario]?.sources ?? {},
      chosen: chosenTask, choose: (name) => { chosenTask = name; } });
  }
  if (view === "map" && facts.map) drawMap(container, facts.map);
  if (view === "time") {
    drawTime(container, { bands: facts.dates, remedies: facts.remedies, world: facts.world, curve: facts.curve, measure, pathsName: pathsName() });
  }
  if (view === "money" && facts.money) drawMoney(container, facts.money);
  if (view === "lead" && facts.lead) drawLead(container, facts.lead);
  const settings = container.parentElement.querySelector(".settings");
  if (settings) settings.textContent = ` ${settingsText(side)}`;
  showAnswer();
  showCompute();
}

function showAnswer() {
  const known = sides().filter((side) => shown[side].curve);
  const answers = known.map((side) => {
    const { milestones, reviewers_run_out: kinds, course } = shown[side].curve;
    const say = (point) => point ? `from ${when(course, point.compute)}` : `at no compute up to ${compute(shown[side].curve.grid.at(-1))} FLOP/year`;
    const { oversight_costs_half: half, oversight_bottleneck: most } = milestones;
    return element("p", { className: "main" }, state.compare ? `${sideName(side)}: ` : null, `Oversight costs half ${say(half)}. `, runOut(kinds, most, say));
  });
  if (known.length && state.view !== "time") {
    answers[0].append(element("button", { type: "button", className: "link", onclick: () => open("time") }, "What would buy time?"));
  }
  const today = known.map((side) => {
    const { curve } = shown[side], first = curve.milestones.first_automation;
    return `${state.compare ? `${sideName(side)}: t` : "T"}oday (${compute(curve.today)} FLOP/year) AI makes research ${times(valueNow(curve, "throughput_speedup"))} as fast, `
      + `oversight costs ${times(valueNow(curve, "oversight_cost"))}, and AI ${first ? `has done tasks since ${compute(first.compute)} FLOP/year (${when(curve.course, first.compute)})` : "does no task"}. `;
  });
  const dated = known.filter((side) => shown[side].dates?.done && shown[side].dates.first).map((side) => `${state.compare ? `${sideName(side)}: o` : "O"}ver ${drawn(shown[side].dates)}. `);
  byId("answer").replaceChildren(...answers, element("p", { className: "quiet" },
    `Costs half: were review to take no time, output would be twice as high. Run out: all the hours that they may review are in use, so that review hours are scarce. At the catalog's own values, with compute along ${pathsName().replaceAll("_", " ")}. `, ...dated, ...today));
}

// From when reviewers have no hour left, each kind by its name, and from when oversight is the bottleneck.
function runOut(kinds, most, say) {
  const place = (point) => point ? point.compute : Infinity;
  const points = Object.entries(kinds).sort(([, first], [, second]) => place(first) - place(second) || 0);
  if (points.length > 1) {
    return `Reviewers run out: ${points.map(([kind, point]) => `${kind} ${say(point)}`).join(", ")}; oversight is the bottleneck ${say(most)}. `;
  }
  const [[, out]] = points;
  return out && most && out.compute === most.compute
    ? `Reviewers run out, and it is the bottleneck, ${say(out)}. `
    : `Reviewers run out ${say(out)}; it is the bottleneck ${say(most)}. `;
}

function valueNow(facts, name) {
  const index = facts.compute.findIndex((x) => x >= facts.today);
  return index < 0 ? null : facts[name][index];
}

// --- the frame of a view

function showTabs() {
  const tabs = Object.entries(VIEWS).map(([name, title]) => element("button", {
    type: "button", id: `tab-${name}`, role: "tab", "aria-selected": String(state.view === name), "aria-controls": "panel",
    tabIndex: state.view === name ? 0 : -1, onclick: () => open(name),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const names = Object.keys(VIEWS);
      open(names[(names.indexOf(name) + step + names.length) % names.length]);
      byId(`tab-${state.view}`).focus();
    },
  }, title));
  byId("tabs").replaceChildren(...tabs);
  byId("panel").setAttribute("aria-labelledby", `tab-${state.view}`);
}

function open(view) {
  state.view = view;
  keep();
  frame();
  refresh();
}

const choice = (label, value, options, change) => element("label", {}, `${label} `, element("select", { onchange: (event) => change(event.target.value) },
  ...options.map(([name, title]) => element("option", { value: name, selected: name === value }, title))));

function tools() {
  const result = [];
  if (["curve", "time"].includes(state.view)) {
    result.push(choice("Measure", state.measure, Object.entries(MEASURES).map(([name, { title }]) => [name, title]), (name) => {
      state.measure = name;
      keep();
      sides().forEach(draw);
    }));
  }
  if (["curve", "tasks"].includes(state.view)) result.push(computeSlider());
  if (state.view === "map") result.push(mapInput());
  if (state.view === "lead") result.push(...leadInputs());
  return result;
}

function computeSlider() {
  const range = element("input", { type: "range", id: "compute", min: "0", max: "1000", oninput: () => {
    const grid = shown.a.curve?.grid;
    if (grid) pick(grid[0] * (grid.at(-1) / grid[0]) ** (range.value / 1000));
  } });
  return element("label", { className: "slide" }, element("span", { id: "compute-text" }, "At a compute of"), range);
}

function showCompute() {
  const range = byId("compute"), facts = shown.a.curve;
  if (!range || !facts) return;
  const value = at(facts), [low, high] = [facts.grid[0], facts.grid.at(-1)];
  range.value = String(Math.round(1000 * Math.log(value / low) / Math.log(high / low)));
  const text = `At ${compute(value)} FLOP/year, ${when(facts.course, value)}`;
  range.setAttribute("aria-valuetext", text);
  byId("compute-text").textContent = text;
}

function mapInput() {
  const table = tables[state.a.scenario];
  const options = table ? table.numbers.filter((entry) => isNumber(entry.value)).map((entry) => element("option", { value: entry.path })) : [];
  const box = element("input", { id: "other", value: state.other, size: 32, "data-name": "other", onchange: () => {
    state.other = box.value.trim();
    keep();
    refresh();
  } });
  box.setAttribute("list", "paths-of-numbers");
  return element("label", {}, "The other number ", box, element("datalist", { id: "paths-of-numbers" }, ...options));
}

function leadInputs() {
  const months = element("input", { id: "months", size: 6, inputMode: "decimal", "data-name": "months", value: state.months ?? "", placeholder: "the plan's", onchange: () => {
    state.months = months.value.trim() === "" ? null : read(months.value);
    keep();
    refresh();
  } });
  return [
    choice("Plan", state.plan, start.plans.map((name) => [name, name.replaceAll("_", " ")]), (name) => {
      state.plan = name;
      keep();
      refresh();
    }),
    element("label", {}, "Lead [months] ", months),
  ];
}

function frame() {
  showTabs();
  const columns = sides().map((side) => element("section", { className: "side", "data-side": side, "aria-label": state.compare ? sideName(side) : "answer" },
    state.compare ? element("h2", {}, sideName(side), element("span", { className: "quiet settings" })) : null,
    element("div", { className: "content" }, element("p", { className: "follows" }, "The answer follows.")),
    downloads(side)));
  byId("panel").className = state.compare ? "" : "single";
  byId("panel").replaceChildren(element("div", { className: "tools" }, ...tools()),
    element("div", { className: `columns${state.compare ? " two" : ""}` }, ...columns));
  showCompute();
}

function settingsText(side) {
  const { scenario, moved, set } = state[side];
  const values = Object.entries({ ...moved, ...set }).map(([name, value]) => `${name}=${value}`);
  return [scenario || "the catalog as it is", ...values].join(", ");
}

function downloads(side) {
  const views = { time: "world" };
  const ask = async (format) => {
    try {
      const view = views[state.view] ?? state.view;
      const body = { ...question(side), view, format, other: state.other, plan: state.plan, months: state.months, compute: isNumber(state.compute) ? state.compute : undefined };
      saveAs(await api.file(body), `${start.catalog}-${view}${state.compare ? `-${side}` : ""}.${format}`);
    } catch (error) {
      tell(side, error);
    }
  };
  const button = (text, title, act) => element("button", { type: "button", title, onclick: act }, text);
  const svg = () => saveAs(new Blob([asSvg(document.querySelector(`.side[data-side="${side}"] .content`))], { type: "image/svg+xml" }), `${start.catalog}-${state.view}.svg`);
  const data = state.view !== "time" || start.beside;
  return element("div", { className: "downloads" }, "Download",
    data ? button("netCDF", "all numbers with units and provenance", () => ask("nc")) : null,
    data ? button("CSV", "the numbers as a table", () => ask("csv")) : null,
    button("SVG", "the figures", svg));
}

// --- begin

function options(select, entries) {
  select.replaceChildren(...entries.map(([value, title]) => element("option", { value }, title)));
}

// What was set where the page was begun.
function setText() {
  const values = Object.entries(start.settings).map(([path, value]) => `${path}=${JSON.stringify(value)}`);
  return values.length ? ` with ${values.join(", ")}` : "";
}

async function begin() {
  start = await api.start();
  document.title = `${start.title}: taskmodel`;
  byId("title").textContent = start.title;
  byId("question").textContent = start.question;
  byId("footer").textContent = `taskmodel ${start.version}, catalog ${start.catalog}${setText()}. Everything is computed on this machine. The address of this page has its state.`;
  options(byId("paths"), start.paths.map((name) => [name, name.replaceAll("_", " ")]));
  options(byId("scenario"), [["", "the catalog as it is"], ...Object.entries(start.scenarios).map(([name, title]) => [name, `${name.replaceAll("_", " ")}: ${title}`])]);
  state = fromAddress(location.hash.slice(1));
  controls = new Controls(changed);
  byId("compare").addEventListener("change", (event) => {
    state.compare = event.target.checked;
    if (state.compare && JSON.stringify(state.b) === JSON.stringify(emptySide())) state.b = structuredClone(state.a);
    state.editing = state.compare ? "b" : "a";
    all();
  });
  byId("paths").addEventListener("change", (event) => {
    state.paths = event.target.value === start.default_paths ? "" : event.target.value;
    all();
  });
  byId("scenario").addEventListener("change", (event) => {
    state[state.editing].scenario = event.target.value;
    all();
  });
  byId("reset").addEventListener("click", () => {
    state = { ...initial(), view: state.view };
    all();
  });
  // the address is the state: a link within the page goes to its target alone
  document.querySelectorAll("a[data-to]").forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    byId(link.dataset.to).scrollIntoView();
    byId(link.dataset.to).focus();
  }));
  addEventListener("hashchange", () => {
    if (location.hash.slice(1) === toAddress(state)) return;
    state = fromAddress(location.hash.slice(1));
    all();
  });
  let wide = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === wide) return;
    wide = innerWidth;
    sides().forEach(draw);
  });
  await all();
}

async function all() {
  keep();
  frame();
  refresh();
  await showControls();
}

begin();
