// Scatter plots as SVG. Colours are classes, so that they follow the page's light or dark.
const SHAPES = [
  "M-3.5,0a3.5,3.5 0 1,0 7,0a3.5,3.5 0 1,0 -7,0", "M-3,-3h6v6h-6z", "M0,-4L3.8,3H-3.8z", "M0,-4.4L4.4,0L0,4.4L-4.4,0z",
  "M0,4L3.8,-3H-3.8z", "M-1.4,-4h2.8v2.6h2.6v2.8h-2.6v2.6h-2.8v-2.6h-2.6v-2.8h2.6z",
  "M-4,-2.4L-2.4,-4L0,-1.6L2.4,-4L4,-2.4L1.6,0L4,2.4L2.4,4L0,1.6L-2.4,4L-4,2.4L-1.6,0z",
];
const escaped = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const reach = (values) => {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (value !== null) { low = Math.min(low, value); high = Math.max(high, value); }
  }
  const pad = (high - low) * .05 || .5;
  return [low - pad, high + pad];
};
const ticksOf = ([low, high]) => {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= raw) || 10);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const found = [];
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) { found.push([tick * step, (tick * step).toFixed(digits)]); }
  return found;
};

// Draws a block's method; `hovered` and `pressed` are told the pair's place. Returns how to point at a pair from outside.
const drawScatter = (host, block, method, { hovered = () => {}, pressed = () => {} } = {}) => {
  const width = Math.max(280, host.clientWidth), height = Math.min(480, Math.max(300, width * .7));
  const box = { left: 52, right: width - 10, top: 30, bottom: height - 44 };
  const chosen = block.pairs.map((_, at) => at).filter((at) => method.scores[at] !== null && block.labels[at] !== null);
  const xs = reach(chosen.map((at) => method.scores[at])), ys = reach(chosen.map((at) => block.labels[at]));
  const x = (value) => box.left + (value - xs[0]) / (xs[1] - xs[0]) * (box.right - box.left);
  const y = (value) => box.bottom - (value - ys[0]) / (ys[1] - ys[0]) * (box.bottom - box.top);
  const at2 = (number) => number.toFixed(1);
  const conditions = [...new Set(block.conditions)].sort(naturally);
  const look = (name) => {
    const index = conditions.indexOf(name), turn = Math.floor(index / 7);
    return `class="point c${index % 7}" d="${SHAPES[(index + turn) % 7]}"`;
  };
  const looks = Object.fromEntries(conditions.map((name) => [name, look(name)]));
  const { curve } = method;
  const line = (values) => curve.x.map((value, at) => [value, values[at]]).filter(([, value]) => value !== null)
    .map(([a, b]) => `${at2(x(a))},${at2(Math.max(box.top, Math.min(box.bottom, y(b))))}`);
  const parts = [
    ...ticksOf(xs).map(([value, text]) => `<path class="grid" d="M${at2(x(value))},${box.top}V${box.bottom}"/><text x="${at2(x(value))}" y="${box.bottom + 15}" text-anchor="middle">${text}</text>`),
    ...ticksOf(ys).map(([value, text]) => `<path class="grid" d="M${box.left},${at2(y(value))}H${box.right}"/><text x="${box.left - 5}" y="${at2(y(value) + 4)}" text-anchor="end">${text}</text>`),
    curve && curve.low ? `<polygon class="band" points="${[...line(curve.low), ...line(curve.high).reverse()].join(" ")}"/>` : "",
    `<g class="points">${chosen.map((at) => `<path ${looks[block.conditions[at]]} transform="translate(${at2(x(method.scores[at]))},${at2(y(block.labels[at]))})"/>`).join("")}</g>`,
    curve ? `<polyline class="curve" points="${line(curve.y).join(" ")}"/>` : "",
    `<text class="gtitle" x="${box.left}" y="16">${escaped(method.title)}${method.srcc ? `: SRCC ${method.srcc}` : ""}</text>`,
    `<text x="${(box.left + box.right) / 2}" y="${height - 8}" text-anchor="middle">Score (${method.higher ? "higher" : "lower"} is better)</text>`,
    `<text transform="translate(12,${(box.top + box.bottom) / 2})rotate(-90)" text-anchor="middle">${escaped(block.labelName)}</text>`,
    '<circle class="ring" r="7" visibility="hidden"/>',
  ];
  const name = `${method.title}: score against label of ${chosen.length} pairs`;
  host.innerHTML = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(name)}">${parts.join("")}</svg>`;
  const svg = host.firstChild, ring = svg.lastChild;
  const legend = element("p", "", { className: "legend" });
  if (conditions.length > 1) {
    for (const condition of conditions) {
      const item = element("span", "");
      item.innerHTML = `<svg width="12" height="12" viewBox="-6 -6 12 12" aria-hidden="true"><path ${looks[condition]}/></svg>`;
      item.append(` ${condition || "other"}`);
      legend.append(item, " ");
    }
  }
  const tip = element("div", "", { className: "hovertext", hidden: true });
  host.append(legend, tip);
  const point = (at) => {
    const known = at !== null && chosen.includes(at);
    ring.setAttribute("visibility", known ? "visible" : "hidden");
    tip.hidden = !known;
    if (!known) { return; }
    const left = x(method.scores[at]), top = y(block.labels[at]);
    ring.setAttribute("transform", `translate(${at2(left)},${at2(top)})`);
    tip.replaceChildren(block.pairs[at], element("br", ""), ...(block.conditions[at] ? [block.conditions[at], element("br", "")] : []),
      `label ${block.labels[at]}`, element("br", ""), `score ${method.scores[at]}`);
    const scale = svg.getBoundingClientRect().width / width;
    tip.style.left = `${Math.max(0, Math.min(left * scale + 10, host.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${top * scale + 10}px`;
  };
  const nearest = (event) => {
    const frame = svg.getBoundingClientRect(), scale = width / frame.width;
    const left = (event.clientX - frame.left) * scale, top = (event.clientY - frame.top) * scale;
    let best = null, distance = 14 ** 2;
    for (const at of chosen) {
      const gap = (x(method.scores[at]) - left) ** 2 + (y(block.labels[at]) - top) ** 2;
      if (gap < distance) { best = at; distance = gap; }
    }
    return best;
  };
  svg.addEventListener("pointermove", (event) => { const at = nearest(event); point(at); hovered(at); });
  svg.addEventListener("pointerleave", () => { point(null); hovered(null); });
  svg.addEventListener("click", (event) => { const at = nearest(event); if (at !== null) { pressed(at); } });
  return point;
};

// A drawn plot as a file: with the colours that it has now.
const drawing = (host) => {
  const copied = host.querySelector("svg").cloneNode(true);
  copied.querySelector(".ring").remove();
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `svg{background:${colour("paper")};font:12px sans-serif}text{fill:${colour("ink")}}.gtitle{font-size:14px}.grid{stroke:${colour("line")}}`
    + `.band{fill:${colour("band")}}.curve{fill:none;stroke:${colour("ink")};stroke-width:2}.point{fill-opacity:.85}`
    + [0, 1, 2, 3, 4, 5, 6].map((at) => `.c${at}{fill:${colour(`c${at}`)}}`).join("");
  copied.prepend(style);
  return `${new XMLSerializer().serializeToString(copied)}\n`;
};

// Places of values in their order, from 0 (worst) to 1 (best); equal values share theirs; null where unknown.
const places = (values, higher) => {
  const known = values.map((value, at) => [value, at]).filter(([value]) => value !== null);
  known.sort((a, b) => (higher ? 1 : -1) * (a[0] - b[0]));
  const found = new Array(values.length).fill(null);
  for (let from = 0; from < known.length;) {
    let to = from;
    while (to + 1 < known.length && known[to + 1][0] === known[from][0]) { to++; }
    for (let at = from; at <= to; at++) { found[known[at][1]] = known.length > 1 ? (from + to) / 2 / (known.length - 1) : 1; }
    from = to + 1;
  }
  return found;
};
const options = (select, titles, chosen = 0) => {
  select.replaceChildren(...titles.map((title, index) => new Option(title, index, false, index === chosen)));
};
const picturesOf = (block, at) => {
  const pictures = block.pictures[at];
  if (!pictures) { return [element("p", "No thumbnail of this pair.", { className: "notes" })]; }
  return pictures.map((image, side) => {
    const name = side ? "enhanced" : "reference", figure = element("figure", "");
    figure.append(element("img", "", { src: payload.images[image], alt: `${name} of ${block.pairs[at]}` }), element("figcaption", name));
    return figure;
  });
};
const percent = (place) => (place === null ? "–" : `${(place * 100).toFixed(0)} %`);
