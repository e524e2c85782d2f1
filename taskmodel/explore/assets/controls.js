// Inputs: the levers, and a search for every other number, of the side that is edited.

import { element } from "./page.js";
import { read } from "./state.js";
import { isNumber, short, unitText } from "./words.js";

const STEPS = 1000;
const MOST_FOUND = 25;
const WAIT = 150; // milliseconds after the last letter of a search
const LEAST = 0.05; // years that are told as a change

const toValue = (lever, position) => {
  const { bottom, top, logarithmic } = lever;
  const part = position / STEPS;
  const value = logarithmic ? bottom * (top / bottom) ** part : bottom + part * (top - bottom);
  return Number(value.toPrecision(3));
};
const toPosition = (lever, value) => {
  const { bottom, top, logarithmic } = lever;
  const inside = Math.min(top, Math.max(bottom, value));
  const part = logarithmic ? Math.log(inside / bottom) / Math.log(top / bottom) : (inside - bottom) / (top - bottom);
  return Math.round(STEPS * part);
};

export function sourceTexts(entry, sources) {
  const keys = entry.source.length ? entry.source : ["no source"];
  return keys.map((key) => {
    const work = sources[key];
    if (!work) return element("span", {}, key);
    const title = `${work.title}${work.access === "secondary" ? " (read in a report of it)" : ""}`;
    // an address of the web is a link, any other is text: it may be a script
    return /^https?:\/\//.test(work.url)
      ? element("a", { href: work.url, rel: "noreferrer", target: "_blank" }, title)
      : element("span", {}, work.url ? `${title} (${work.url})` : title);
  });
}

export function provenance(entry, sources) {
  const lines = [entry.meaning];
  if (isNumber(entry.low)) lines.push(`90 % interval: ${short(entry.low)} to ${short(entry.high)} ${unitText(entry)}`);
  if (entry.allowed) lines.push(`allowed: ${entry.allowed}`);
  if (entry.note) lines.push(`why: ${entry.note}`);
  const works = sourceTexts(entry, sources).flatMap((work, index) => (index ? ["; ", work] : [work]));
  return [
    ...lines.filter(Boolean).map((line) => element("p", { className: "quiet" }, line)),
    element("p", { className: "quiet" }, "source: ", ...works),
  ];
}

const intervalText = (entry) => isNumber(entry.low)
  ? `${short(entry.value)} [90 %: ${short(entry.low)} to ${short(entry.high)}]`
  : `${short(entry.value)} in the catalog`;

// When oversight becomes the bottleneck at an end of an interval, beside the median.
function shiftAt(shift) {
  if (shift === null) return "no answer";
  if (shift === "inf") return "never";
  if (shift === "-inf") return "by the path's end, unlike at the median,";
  if (Math.abs(shift) < LEAST) return "no change";
  return `${Math.abs(shift).toFixed(1)} years ${shift > 0 ? "later" : "earlier"}`;
}

export function shiftText(lever) {
  if (!lever.shifts.length) return null;
  if (lever.shifts.every((shift) => shift === 0)) return "its interval does not move the date of the bottleneck";
  const [low, high] = lever.shifts.map(shiftAt);
  return `oversight becomes the bottleneck: ${low} at the low end of the interval, ${high} at the high end${lever.crux ? " (a crux)" : ""}`;
}

export class Controls {
  // `change(kind, name, value)` is told of every change; a value of null is one that is undone.
  constructor(change) {
    this.change = change;
    this.levers = document.getElementById("levers");
    this.numbers = document.getElementById("numbers");
    this.search = document.getElementById("search");
    this.search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.showNumbers(), WAIT);
    });
  }

  show(table, side) {
    this.table = table;
    this.side = side;
    this.levers.replaceChildren(...table.levers.map((lever) => this.lever(lever)));
    this.showNumbers();
  }

  lever(lever) {
    const { name, entry } = lever;
    const id = `lever-${name}`;
    const moved = this.side.moved[name];
    const value = moved ?? entry.value;
    const box = element("input", {
      id: `${id}-box`, type: "text", inputMode: "decimal", value: short(value, 4), "data-name": name,
      "aria-label": `${lever.title}, number`,
    });
    const range = element("input", {
      id, type: "range", min: "0", max: String(STEPS), value: String(isNumber(value) ? toPosition(lever, value) : 0),
      "aria-describedby": `${id}-about`, "data-name": name,
    });
    const undo = element("button", { type: "button", className: "undo", title: `as in the catalog: ${short(entry.value)}`,
      "aria-label": `${lever.title}: as in the catalog`, hidden: moved === undefined }, "↺");
    const said = (number) => range.setAttribute("aria-valuetext", `${short(number, 4)} ${unitText(entry)}`);
    said(value);
    const holder = element("div", { className: `lever${moved === undefined ? "" : " moved"}` },
      element("div", { className: "head" },
        element("label", { htmlFor: id }, lever.title),
        element("span", { className: "value" }, box, element("span", { className: "unit" }, unitText(entry)), undo)),
      range,
      element("p", { className: "quiet", id: `${id}-about` },
        [intervalText(entry), shiftText(lever)].filter(Boolean).join("; ")),
      element("details", {}, element("summary", {}, "meaning and source"), ...provenance(entry, this.table.sources)));
    const set = (number) => {
      undo.hidden = number === null;
      holder.classList.toggle("moved", number !== null);
      this.change("moved", name, number);
    };
    range.addEventListener("input", () => {
      const number = toValue(lever, Number(range.value));
      box.value = short(number, 4);
      said(number);
      set(number);
    });
    box.addEventListener("change", () => {
      const number = read(box.value.replaceAll(",", ""));
      if (isNumber(number)) range.value = String(toPosition(lever, number));
      said(number);
      set(number === "" ? null : number);
    });
    undo.addEventListener("click", () => {
      box.value = short(entry.value, 4);
      range.value = String(toPosition(lever, entry.value));
      said(entry.value);
      set(null);
      range.focus();
    });
    return holder;
  }

  showNumbers() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { numbers, sources } = this.table;
    const text = (entry) => [entry.path, entry.meaning, entry.note,
      ...entry.source.map((key) => `${key} ${sources[key]?.title ?? ""}`)].join(" ").toLowerCase();
    const set = numbers.filter((entry) => entry.path in this.side.set);
    const unknown = Object.keys(this.side.set).filter((path) => !numbers.some((entry) => entry.path === path));
    const matching = words.length
      ? numbers.filter((entry) => !(entry.path in this.side.set) && words.every((word) => text(entry).includes(word)))
      : [];
    const shown = matching.slice(0, MOST_FOUND);
    document.getElementById("found").textContent = words.length
      ? `${matching.length} of ${numbers.length} numbers${matching.length > MOST_FOUND ? `; the first ${MOST_FOUND} are shown` : ""}`
      : `${numbers.length} numbers, each with its unit, interval and source`;
    this.numbers.replaceChildren(
      ...unknown.map((path) => this.number({ path, value: this.side.set[path], unit: "", source: [], meaning: "" })),
      ...[...set, ...shown].map((entry) => this.number(entry)));
  }

  number(entry) {
    const { path } = entry;
    const id = `number-${path}`;
    const value = this.side.set[path];
    const box = element("input", { id, type: "text", inputMode: "decimal", "data-name": path,
      value: value === undefined ? (entry.value === null ? "" : short(entry.value, 6)) : String(value),
      placeholder: entry.value === null ? "absent" : "" });
    const undo = element("button", { type: "button", className: "undo", hidden: value === undefined,
      "aria-label": `${path}: as in the catalog` }, "↺");
    const holder = element("div", { className: `lever${value === undefined ? "" : " moved"}` },
      element("div", { className: "head" },
        element("label", { htmlFor: id }, path),
        element("span", { className: "value" }, box, element("span", { className: "unit" }, unitText(entry)), undo)),
      ...provenance(entry, this.table.sources));
    box.addEventListener("change", () => {
      const number = read(box.value.replaceAll(",", ""));
      undo.hidden = number === "";
      holder.classList.toggle("moved", number !== "");
      this.change("set", path, number === "" ? null : number);
    });
    undo.addEventListener("click", () => {
      box.value = entry.value === null ? "" : short(entry.value, 6);
      undo.hidden = true;
      holder.classList.remove("moved");
      this.change("set", path, null);
      box.focus();
    });
    return holder;
  }

  // Inputs that a refusal names are marked.
  mark(problem) {
    document.querySelectorAll("[data-name]").forEach((input) => {
      const wrong = problem !== "" && problem.includes(input.dataset.name);
      if (wrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    });
  }
}
