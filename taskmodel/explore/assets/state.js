// The state of the page, which is the address: view, options, and two sides.

const DEFAULTS = {
  view: "curve", measure: "throughput_speedup", compare: false, editing: "a", compute: null,
  other: "supervision.headcount", paths: "", plan: "greenblatt_leads", months: null,
};
const SIDES = ["a", "b"];
const NUMBERS = ["compute", "months"];

export const emptySide = () => ({ scenario: "", moved: {}, set: {} });

export function initial() {
  return { ...DEFAULTS, a: emptySide(), b: emptySide() };
}

// A number where the text is one; a word as it is, for the server to judge.
export function read(text) {
  const trimmed = String(text).trim();
  return trimmed !== "" && Number.isFinite(Number(trimmed)) ? Number(trimmed) : trimmed;
}

export function toAddress(state) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (state[name] !== value && state[name] !== null) query.set(name, state[name]);
  }
  for (const side of SIDES) {
    const { scenario, moved, set } = state[side];
    if (scenario) query.set(`${side}.scenario`, scenario);
    for (const [name, value] of Object.entries(moved)) query.set(`${side}.move.${name}`, value);
    for (const [path, value] of Object.entries(set)) query.set(`${side}.set.${path}`, value);
  }
  return query.toString();
}

export function fromAddress(text) {
  const state = initial();
  for (const [name, value] of new URLSearchParams(text)) {
    const [first, kind, ...rest] = name.split(".");
    if (name in DEFAULTS) {
      if (NUMBERS.includes(name)) state[name] = read(value);
      else state[name] = name === "compare" ? value === "true" : value;
    } else if (SIDES.includes(first)) {
      const path = rest.join(".");
      if (kind === "scenario") state[first].scenario = value;
      else if (kind === "move" && path) state[first].moved[path] = read(value);
      else if (kind === "set" && path) state[first].set[path] = read(value);
    }
  }
  if (!SIDES.includes(state.editing)) state.editing = "a";
  return state;
}
