// Elements, figures and files.

export function element(tag, properties = {}, ...children) {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) result.addEventListener(name.slice(2), value);
    else if (name in result && !name.includes("-") && name !== "list") result[name] = value;
    else result.setAttribute(name, value === true ? "" : value);
  }
  result.append(...children.filter((child) => child !== null && child !== undefined));
  return result;
}

// A figure by Observable Plot. Its own style sheet is in style.css: the policy of the page
// allows no style in elements.
export function figure({ caption, note, description, ...options }) {
  const svg = Plot.plot({ className: "plot", marginTop: 24, ...options });
  svg.querySelectorAll("style").forEach((style) => style.remove());
  // names of marks are classes: groups in an image have no names of their own
  svg.querySelectorAll("g[aria-label]").forEach((group) => {
    group.classList.add(group.getAttribute("aria-label").replaceAll(" ", "-"));
    group.removeAttribute("aria-label");
  });
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", description ?? caption);
  return element("figure", {},
    caption ? element("figcaption", {}, caption) : null,
    note ? element("p", { className: "note" }, note) : null,
    svg);
}

// A dotted path that may be broken between its words.
export const breakable = (path) => element("span", {}, ...path.split(/(?<=[._=])/).flatMap((word) => [word, element("wbr")]));

export function widthOf(container) {
  return Math.max(260, Math.floor(container.clientWidth));
}

export function table(caption, heads, rows) {
  const cell = (tag, value, index) => element(tag, {
    className: heads[index]?.number ? "number" : "",
    scope: tag === "th" ? "col" : null,
  }, value instanceof Node ? value : String(value));
  // the caption stays in sight where the table scrolls
  return element("div", {}, element("p", { className: "caption" }, caption),
    element("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": caption }, element("table", { "aria-label": caption },
      element("thead", {}, element("tr", {},
        ...heads.map((head, index) => cell("th", head.title ?? head, index)))),
      element("tbody", {}, ...rows.map((row) =>
        element("tr", {}, ...row.map((value, index) => cell("td", value, index))))))));
}

export function swatch(colour) {
  const result = element("span", { className: "swatch", "aria-hidden": "true" });
  result.style.background = colour;
  return result;
}

export function saveAs(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = element("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

// The figures of a side as one SVG file, its colours written out.
export function asSvg(container) {
  const styles = getComputedStyle(document.documentElement);
  const colour = (text) => text.replace(/var\((--[\w-]+)\)/g,
    (whole, name) => styles.getPropertyValue(name).trim() || whole);
  let top = 0, width = 0;
  const parts = [...container.querySelectorAll("svg.plot, svg.tasks")].map((svg) => {
    const copy = svg.cloneNode(true);
    copy.querySelectorAll('.tip, [aria-label="tip"]').forEach((tip) => tip.remove());
    const box = svg.viewBox.baseVal;
    const caption = svg.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
    const title = document.createElementNS("http://www.w3.org/2000/svg", "text");
    Object.entries({ x: 4, y: top + 14, "font-weight": "bold" }).forEach((pair) => title.setAttribute(...pair));
    title.textContent = caption;
    copy.setAttribute("y", top + 20);
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    copy.removeAttribute("class");
    top += box.height + 26;
    width = Math.max(width, box.width);
    return [title, copy];
  }).flat();
  const text = parts.map((part) => new XMLSerializer().serializeToString(part)).join("\n");
  const style = `font-family="sans-serif" font-size="10" color="${styles.getPropertyValue("--ink").trim()}"`
    + ` fill="${styles.getPropertyValue("--ink").trim()}"`;
  const ground = `<rect width="${width}" height="${top}" fill="${styles.getPropertyValue("--surface").trim()}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}"`
    + ` height="${top}" ${style}>\n${ground}\n${colour(text)}\n</svg>\n`;
}
