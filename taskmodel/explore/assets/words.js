// Names and numbers as texts, the same in every view.

export const SOURCES = {
  hands_on: "hands-on work",
  review: "review",
  inference: "inference",
  experiments: "experiments",
  defect_budget: "defect budget",
};
export const MEASURES = {
  throughput_speedup: { title: "Throughput: research output", unit: "× without AI", times: true },
  speedup: { title: "Effective speed-up: throughput and latency", unit: "× without AI", times: true },
  latency_speedup: { title: "Latency: speed of one pass", unit: "× without AI", times: true },
  oversight_cost: {
    title: "What oversight costs",
    unit: "× output if review hours were free",
    times: true,
  },
  automated_hours_share: { title: "Hours of work by AI", unit: "share of hours [1]", times: false },
};
export const MILESTONES = {
  first_automation: "first task done by AI",
  oversight_costs_a_tenth: "oversight costs a tenth (1.1×)",
  oversight_costs_half: "oversight costs half (2×)",
  oversight_binds: "oversight begins to bind",
  oversight_bottleneck: "oversight is the bottleneck",
};
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
  "September", "October", "November", "December"];

// The kind of reviewers after a name, where there are several, as `taskmodel run` names it.
export const ofKind = (kind, kinds) => kinds.length > 1 ? ` (${kind})` : "";

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

export function sourceName(source) {
  if (source.startsWith("review_")) return `review by ${source.slice(7)}`;
  return SOURCES[source] ?? source.replaceAll("_", " ");
}

export function colourOf(source) {
  return source in SOURCES ? `var(--${source})` : "var(--other)";
}

// A number without unit has the unit 1, which is not written.
export const unitText = (entry) => entry.unit === "1" ? "" : entry.unit;

export function short(value, digits = 3) {
  if (value === null || value === undefined) return "none";
  if (value === "inf") return "no limit";
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    return `${mantissa.replace(/\.?0+$/, "")}e${Number(power)}`;
  }
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(digits)));
}

export function compute(value) {
  return short(value, 2);
}

export function times(value) {
  if (!isNumber(value)) return short(value);
  if (value >= 1e4) return `${short(value)}×`;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}×`;
}

export function percent(value) {
  return isNumber(value) ? `${Number((100 * value).toPrecision(2))}\u00a0%` : short(value);
}

export function measured(name, value) {
  return MEASURES[name].times ? times(value) : percent(value);
}

export function month(date) {
  if (date === "inf") return "not by its end";
  if (!isNumber(date)) return "no date";
  const index = Math.min(11, Math.floor((date - Math.floor(date)) * 12));
  return `${MONTHS[index]} ${Math.floor(date)}`;
}

export function power(value) {
  return `10${String(Math.round(Math.log10(value))).replace(/[-\d]/g,
    (digit) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(digit)])}`;
}

// Compute along a path of dates, constant growth between two of its dates; and back.
export function dateOf(course, value) {
  const { dates, compute: levels } = course;
  if (value > levels.at(-1) || value < levels[0]) return null;
  const after = Math.max(1, levels.findIndex((level) => level >= value));
  const part = Math.log(value / levels[after - 1]) / Math.log(levels[after] / levels[after - 1]);
  return dates[after - 1] + part * (dates[after] - dates[after - 1]);
}

export function computeOf(course, date) {
  const { dates, compute: levels } = course;
  if (date < dates[0] || date > dates.at(-1)) return null;
  const after = Math.max(1, dates.findIndex((other) => other >= date));
  const part = (date - dates[after - 1]) / (dates[after] - dates[after - 1]);
  return levels[after - 1] * (levels[after] / levels[after - 1]) ** part;
}

export function when(course, value) {
  const date = dateOf(course, value);
  if (date !== null) return month(date);
  return value < course.compute[0] ? `before ${month(course.dates[0])}` : `after ${month(course.dates.at(-1))}`;
}
