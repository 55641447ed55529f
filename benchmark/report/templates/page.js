"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const say = (text) => { byId("status").textContent = text; };
  const payload = JSON.parse(byId("payload").textContent);

  // Sorting: text as text, numbers as numbers, what is missing always last.
  const keyOf = (row, index) => {
    const cell = row.cells[index];
    return (cell.dataset.sort ?? cell.textContent).trim().replace("−", "-").replaceAll(",", "");
  };
  const compare = (a, b) => {
    const missing = (text) => text === "" || text === "–";
    if (missing(a) || missing(b)) { return missing(a) - missing(b) || NaN; }
    return isNaN(a) || isNaN(b) ? a.localeCompare(b) : a - b;
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    table.querySelectorAll("thead th").forEach((heading, index) => {
      heading.querySelector("button").addEventListener("click", () => {
        const down = heading.getAttribute("aria-sort") === "ascending";
        for (const other of table.querySelectorAll("thead th")) { other.removeAttribute("aria-sort"); }
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row, place) => ({ row, place, key: keyOf(row, index) }));
        const empty = (item) => item.key === "" || item.key === "–";
        rows.sort((a, b) => empty(a) || empty(b)
          ? empty(a) - empty(b) || a.place - b.place
          : (down ? -1 : 1) * compare(a.key, b.key) || a.place - b.place);
        body.append(...rows.map((item) => item.row));
        say(`Sorted by ${heading.textContent.trim()}, ${down ? "descending" : "ascending"}.`);
      });
    });
  }

  // Filtering: every word must occur somewhere in the row.
  const filter = document.querySelector(".filter");
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of document.querySelectorAll("#ranking tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    say(`${shown} rows shown.`);
  });

  // Copying: the clipboard where it is allowed, else a selection.
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = Object.assign(document.createElement("textarea"), { value: text });
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  };
  for (const button of document.querySelectorAll("button.copy")) {
    const label = button.textContent;
    button.addEventListener("click", async () => {
      const done = await copy(byId(button.dataset.copy).textContent);
      button.textContent = done ? "Copied" : "Copy it from the source below";
      say(button.textContent);
      setTimeout(() => { button.textContent = label; }, 2000);
    });
  }

  // The plot. Colours as in the printed plots; black and the ground follow the page's light or dark.
  const COLOURS = ["#0072b2", "#e69f00", "ink", "#56b4e9", "#d55e00", "#009e73", "#cc79a7"];
  const SYMBOLS = ["circle", "square", "triangle-up", "diamond", "triangle-down", "cross", "x"];
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const plot = byId("explore-plot"), details = byId("explore-details");
  if (!plot) { return; }
  const blockChoice = byId("explore-block"), methodChoice = byId("explore-method");
  let block, method, order = [], place = -1;

  const options = (select, titles) => {
    select.replaceChildren(...titles.map((title, index) => new Option(title, index)));
  };
  const naturally = new Intl.Collator("en", { numeric: true }).compare;

  const places = (values, higher) => {
    const known = values.map((value, index) => [value, index]).filter(([value]) => value !== null);
    known.sort((a, b) => (higher ? 1 : -1) * (a[0] - b[0]));
    const found = new Array(values.length).fill(null);
    known.forEach(([, index], position) => { found[index] = position; });
    return found;
  };

  const traces = () => {
    const conditions = [...new Set(block.conditions)].sort(naturally);
    const ink = colour("ink");
    const found = [];
    const { curve } = method;
    if (curve && curve.low) {
      const band = { x: curve.x, mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
      found.push({ ...band, y: curve.low }, { ...band, y: curve.high, fill: "tonexty", fillcolor: colour("band") });
    }
    conditions.forEach((condition, index) => {
      const chosen = block.pairs.map((_, at) => at)
        .filter((at) => block.conditions[at] === condition && method.scores[at] !== null && block.labels[at] !== null);
      const turn = Math.floor(index / COLOURS.length), own = COLOURS[index % COLOURS.length];
      found.push({
        type: chosen.length > 5000 ? "scattergl" : "scatter",
        mode: "markers",
        name: escaped(condition || "all pairs"),
        x: chosen.map((at) => method.scores[at]),
        y: chosen.map((at) => block.labels[at]),
        customdata: chosen.map((at) => [at, escaped(block.pairs[at]), escaped(block.conditions[at])]),
        hovertemplate: "%{customdata[1]}<br>%{customdata[2]}<br>label %{y}<br>score %{x}<extra></extra>",
        marker: {
          size: 7, opacity: .85, color: own === "ink" ? ink : own,
          symbol: SYMBOLS[(index % COLOURS.length + turn) % SYMBOLS.length],
        },
      });
    });
    if (curve) {
      found.push({
        x: curve.x, y: curve.y, mode: "lines", name: "fitted curve", line: { color: ink, width: 2 }, hoverinfo: "skip",
      });
    }
    return found;
  };

  const drawn = () => {
    if (typeof Plotly === "undefined" || !method || !method.scores) {
      if (plot.on) { Plotly.purge(plot); }
      plot.textContent = method ? "No scores to show." : "";
      return;
    }
    const fresh = !plot.on;
    if (fresh) { plot.replaceChildren(); }
    const ink = colour("ink"), line = colour("line"), narrow = plot.clientWidth < 560;
    const labels = block.labels.filter((value) => value !== null);
    const low = Math.min(...labels), high = Math.max(...labels), pad = (high - low) * .06 || .5;
    const axis = { gridcolor: line, zerolinecolor: line, linecolor: ink, automargin: true, fixedrange: narrow };
    const direction = method.higher ? "higher" : "lower";
    Plotly.react(plot, traces(), {
      autosize: true, height: narrow ? 460 : 480, hovermode: "closest",
      paper_bgcolor: colour("paper"), plot_bgcolor: colour("paper"), font: { color: ink, size: 12 },
      margin: { l: 50, r: 10, t: 34, b: 45 },
      title: { text: `${escaped(method.title)}${method.srcc ? `: SRCC ${method.srcc}` : ""}`, font: { size: 14 } },
      xaxis: { ...axis, title: { text: `Score (${direction} is better)` } },
      yaxis: { ...axis, title: { text: escaped(block.labelName) }, range: [low - pad, high + pad] },
      legend: { orientation: "h", y: -.22, traceorder: "normal" },
    }, { responsive: true, displaylogo: false, displayModeBar: narrow ? false : "hover" });
    if (fresh) {
      plot.on("plotly_click", (event) => {
        const point = event.points.find((item) => item.customdata);
        if (point) { show(point.customdata[0]); }
      });
    }
  };

  const element = (name, text, attributes = {}) => Object.assign(document.createElement(name), { textContent: text, ...attributes });
  const show = (at) => {
    place = order.indexOf(at);
    const facts = element("dl", "");
    const rows = [["Pair", block.pairs[at]], ["Reference", block.references[at]], ["Condition", block.conditions[at] || "–"],
      ["Label", String(block.labels[at])], ["Score", String(method.scores[at])]];
    for (const [title, text] of rows) { facts.append(element("dt", title), element("dd", text)); }
    const pictures = block.pictures[at];
    const figures = (pictures || []).map((image, side) => {
      const name = side ? "enhanced" : "reference";
      const figure = element("figure", "");
      figure.append(element("img", "", { src: payload.images[image], alt: `${name} of ${block.pairs[at]}` }), element("figcaption", name));
      return figure;
    });
    details.replaceChildren(facts, ...figures, ...(pictures ? [] : [element("p", "No thumbnail of this pair.", { className: "notes" })]));
  };

  const chooseMethod = () => {
    method = block.methods[methodChoice.value];
    place = -1;
    details.replaceChildren(element("p", "No pair chosen.", { className: "notes" }));
    if (method && method.scores) {
      const ours = places(method.scores, method.higher), theirs = places(block.labels, !block.lowerLabelsBetter);
      const gap = (at) => Math.abs(ours[at] - theirs[at]);
      order = block.pairs.map((_, at) => at).filter((at) => ours[at] !== null && theirs[at] !== null);
      order.sort((a, b) => gap(b) - gap(a) || a - b);
    } else {
      order = [];
    }
    drawn();
  };
  const chooseBlock = () => {
    block = payload.blocks[blockChoice.value];
    if (!block) { return; }
    options(methodChoice, block.methods.map((item) => item.title));
    chooseMethod();
  };
  const step = (by) => {
    if (order.length) { show(order[(place + by + order.length) % order.length]); }
  };
  options(blockChoice, payload.blocks.map((item) => item.title));
  blockChoice.addEventListener("change", chooseBlock);
  methodChoice.addEventListener("change", chooseMethod);
  byId("explore-next").addEventListener("click", () => step(1));
  byId("explore-previous").addEventListener("click", () => step(place < 0 ? 0 : -1));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawn);
  chooseBlock();
})();
