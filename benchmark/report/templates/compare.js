// Comparing two methods: their scatter plots with linked hover, their differences, the pairs on which they disagree most.
if (byId("compare")) {
  const SHOWN = 12;
  const blockChoice = byId("compare-block"), choices = [byId("compare-a"), byId("compare-b")];
  const hosts = [byId("compare-plot-a"), byId("compare-plot-b")], details = byId("compare-details");
  let block, methods = [], points = [];
  const signed = (value, digits = 3) => value === null ? "–" : value.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
  const cells = (row, texts) => {
    texts.forEach((text, at) => row.append(element(at ? "td" : "th", text, at ? { className: "number" } : { scope: "row" })));
    return row;
  };
  const differences = () => {
    const [one, other] = methods.map((method) => method.of);
    return block.comparisons.flatMap(({ title, higher, differences: every }) => {
      const found = every.find(([a, b]) => (a === one && b === other) || (a === other && b === one));
      if (!found) { return []; }
      const turned = found[0] !== one;
      let [, , value, low, high, p, words] = found;
      if (turned) {
        [value, low, high] = [-value, high === null ? null : -high, low === null ? null : -low];
        words = words.replace(/\b(better|worse)\b/, (word) => (word === "better" ? "worse" : "better"));
      }
      const interval = low === null || high === null ? "–" : `[${signed(low)}, ${signed(high)}]`;
      const printed = p === null ? "–" : p < .001 ? "< 0.001" : p.toFixed(3);
      return [[`${title} ${higher ? "↑" : "↓"}`, signed(value), interval, printed, words]];
    });
  };
  const pointAt = (at) => { for (const point of points) { point(at); } };
  const show = (at) => {
    pointAt(at);
    details.replaceChildren(element("p", block.pairs[at]), ...picturesOf(block, at));
  };
  const draw = () => {
    if (!hosts[0].clientWidth || methods.length < 2) { return; }
    points = methods.map((method, at) => drawScatter(hosts[at], block, method, {
      hovered: (pair) => points[1 - at](pair), pressed: show,
    }));
  };
  const choose = () => {
    methods = choices.map((choice) => block.scored[choice.value]);
    const found = methods[0].of === methods[1].of ? [] : differences();
    byId("compare-differences").replaceChildren(...found.map((texts) => cells(element("tr", ""), texts)));
    byId("compare-none").hidden = found.length > 0;
    byId("compare-table").hidden = !found.length;
    const both = block.pairs.map((_, at) => at).filter((at) => methods.every((method) => method.scores[at] !== null));
    const among = (values, higher) => places(both.map((at) => values[at]), higher);
    const [a, b] = methods.map((method) => among(method.scores, method.higher));
    const labels = among(block.labels, !block.lowerLabelsBetter);
    const order = both.map((_, place) => place).filter((place) => a[place] !== b[place]);
    order.sort((one, other) => Math.abs(a[other] - b[other]) - Math.abs(a[one] - b[one]) || one - other);
    byId("compare-pairs").replaceChildren(...order.slice(0, SHOWN).map((place) => {
      const row = cells(element("tr", ""), ["", percent(a[place]), percent(b[place]), percent(labels[place])]);
      const button = element("button", block.pairs[both[place]], { type: "button", className: "link" });
      button.addEventListener("click", () => show(both[place]));
      row.cells[0].append(button);
      return row;
    }));
    details.replaceChildren();
    draw();
  };
  const chooseBlock = () => {
    block = payload.blocks[blockChoice.value];
    block.scored = block.methods.filter((method) => method.scores);
    choices.forEach((choice, at) => options(choice, block.scored.map((method) => method.title), Math.min(at, block.scored.length - 1)));
    choose();
  };
  options(blockChoice, payload.blocks.map((item) => item.title));
  blockChoice.addEventListener("change", chooseBlock);
  for (const choice of choices) { choice.addEventListener("change", choose); }
  byId("compare").addEventListener("shown", draw);
  addEventListener("resize", draw);
  ["a", "b"].forEach((side, at) => {
    byId(`compare-svg-${side}`).addEventListener("click", () => { save(`scatter_${side}.svg`, drawing(hosts[at]), "image/svg+xml"); });
  });
  if (payload.blocks.length) { chooseBlock(); }
}
