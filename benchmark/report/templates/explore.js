// Exploring one method: hover, press, step from the greatest disagreement down.
if (byId("explore-plot")) {
  const plot = byId("explore-plot"), details = byId("explore-details");
  const blockChoice = byId("explore-block"), methodChoice = byId("explore-method");
  let block, method, order = [], place = -1, point = () => {};
  const show = (at) => {
    place = order.indexOf(at);
    const facts = element("dl", "");
    const rows = [["Pair", block.pairs[at]], ["Reference", block.references[at]], ["Condition", block.conditions[at] || "–"],
      ["Label", String(block.labels[at])], ["Score", String(method.scores[at])]];
    for (const [title, text] of rows) { facts.append(element("dt", title), element("dd", text)); }
    details.replaceChildren(facts, ...picturesOf(block, at));
  };
  const draw = () => {
    if (!method || !method.scores) {
      plot.textContent = method ? "No scores to show." : "";
    } else if (plot.clientWidth) {
      point = drawScatter(plot, block, method, { pressed: show });
    }
  };
  const chooseMethod = () => {
    method = block.methods[methodChoice.value];
    place = -1;
    details.replaceChildren(element("p", "No pair chosen.", { className: "notes" }));
    order = [];
    if (method && method.scores) {
      const ours = places(method.scores, method.higher), theirs = places(block.labels, !block.lowerLabelsBetter);
      const gap = (at) => Math.abs(ours[at] - theirs[at]);
      order = block.pairs.map((_, at) => at).filter((at) => ours[at] !== null && theirs[at] !== null);
      order.sort((a, b) => gap(b) - gap(a) || a - b);
    }
    draw();
  };
  const chooseBlock = () => {
    block = payload.blocks[blockChoice.value];
    options(methodChoice, block.methods.map((item) => item.title));
    chooseMethod();
  };
  const step = (by) => {
    if (order.length) {
      const at = order[(place + by + order.length) % order.length];
      show(at);
      point(at);
    }
  };
  options(blockChoice, payload.blocks.map((item) => item.title));
  blockChoice.addEventListener("change", chooseBlock);
  methodChoice.addEventListener("change", chooseMethod);
  byId("explore-next").addEventListener("click", () => step(1));
  byId("explore-previous").addEventListener("click", () => step(place < 0 ? 0 : -1));
  byId("explore-svg").addEventListener("click", () => { save("scatter.svg", drawing(plot), "image/svg+xml"); });
  byId("pairs").addEventListener("shown", draw);
  addEventListener("resize", draw);
  chooseBlock();
}
