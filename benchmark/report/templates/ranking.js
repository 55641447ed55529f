// Sorting: the best first on a first click; what is missing and methods that are not ranked always last.
const keyOf = (row, index) => {
  const cell = row.cells[index];
  return (cell.dataset.sort ?? cell.textContent).trim().replace("−", "-").replaceAll(",", "");
};
const empty = (key) => key === "" || key === "–";
const compare = (a, b) => (isNaN(a) || isNaN(b) ? naturally(a, b) : a - b);
for (const table of document.querySelectorAll("table.sortable")) {
  const headings = [...table.tHead.rows[0].cells];
  let last = null;
  headings.forEach((heading, index) => {
    heading.querySelector("button")?.addEventListener("click", () => {
      const first = heading.dataset.first || "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const order = last === heading && heading.getAttribute("aria-sort") === first ? other : first;
      last = heading;
      for (const one of headings) { one.removeAttribute("aria-sort"); }
      heading.setAttribute("aria-sort", order);
      const sign = order === "descending" ? -1 : 1;
      const rows = [...table.tBodies[0].rows].map((row, place) => ({
        row, place, key: keyOf(row, index), below: row.classList.contains("unranked"),
      }));
      rows.sort((a, b) => a.below - b.below || empty(a.key) - empty(b.key)
        || (empty(a.key) ? 0 : sign * compare(a.key, b.key)) || a.place - b.place);
      table.tBodies[0].append(...rows.map((item) => item.row));
      say(`Sorted by ${heading.textContent.trim()}, ${order}.`);
    });
  });
}

// Filtering: rows with all words, or where there is none, with any of them.
const filter = document.querySelector(".filter");
filter.addEventListener("input", () => {
  const words = filter.value.toLowerCase().split(/[\s,]+/).filter(Boolean);
  let most = 0;
  for (const level of document.querySelectorAll("#ranking .level")) {
    const rows = [...level.querySelectorAll("tbody tr")];
    const all = rows.filter((row) => words.every((word) => row.dataset.words.includes(word)));
    const found = new Set(all.length ? all : rows.filter((row) => words.some((word) => row.dataset.words.includes(word))));
    for (const row of rows) { row.hidden = !found.has(row); }
    level.querySelector(".nothing").hidden = found.size > 0;
    most = Math.max(most, found.size);
  }
  say(most ? `${most} ${most === 1 ? "method" : "methods"} shown.` : "No method matches.");
});

// Columns: each by its own box, a group by the box before its name.
for (const level of document.querySelectorAll("#ranking .level")) {
  const table = level.querySelector("table");
  const show = (box) => {
    for (const row of table.rows) { row.cells[box.dataset.column].hidden = !box.checked; }
  };
  for (const set of level.querySelectorAll("fieldset")) {
    const group = set.querySelector(".group"), boxes = [...set.querySelectorAll(".column")];
    if (!group) { continue; }
    const summed = () => {
      const count = boxes.filter((box) => box.checked).length;
      group.checked = count === boxes.length;
      group.indeterminate = count > 0 && count < boxes.length;
    };
    for (const box of boxes) {
      if (!box.checked) { show(box); }
      box.addEventListener("change", () => { show(box); summed(); });
    }
    group.addEventListener("change", () => {
      for (const box of boxes) { box.checked = group.checked; show(box); }
      summed();
    });
    summed();
  }
  const intervals = level.querySelector(".intervals");
  intervals.addEventListener("change", () => { table.classList.toggle("without-intervals", !intervals.checked); });
}

// Notes: the popover of a mark opens beside it.
for (const button of document.querySelectorAll("button.mark")) {
  button.addEventListener("click", () => {
    const note = byId(button.getAttribute("popovertarget")), box = button.getBoundingClientRect();
    requestAnimationFrame(() => {
      note.style.left = `${Math.max(8, Math.min(box.left, innerWidth - note.offsetWidth - 8))}px`;
      note.style.top = `${Math.min(box.bottom + 4, innerHeight - note.offsetHeight - 8)}px`;
    });
  });
}
