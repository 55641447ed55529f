// Copying: the clipboard where it is allowed, else a selection.
const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = element("textarea", "", { value: text });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
};
const copying = (button, text) => {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    button.textContent = await copy(text()) ? "Copied" : "Not allowed: download it instead";
    say(button.textContent);
    setTimeout(() => { button.textContent = label; }, 2000);
  });
};
const save = (name, content, type) => {
  const link = element("a", "", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
};
for (const button of document.querySelectorAll("button.copy")) {
  copying(button, () => byId(button.dataset.copy).textContent);
}

// What a ranking shows: its visible rows and columns.
const shownOf = (level) => {
  const table = level.querySelector("table");
  const places = [...table.tHead.rows[0].cells].map((cell, place) => place)
    .filter((place) => !table.tHead.rows[0].cells[place].hidden);
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  return { table, places, rows, intervals: !table.classList.contains("without-intervals") };
};
const headingOf = (cell) => cell.dataset.key || cell.textContent.trim();
const valueOf = (cell) => {
  if (cell.tagName === "TH") { return cell.dataset.sort; }
  const text = (cell.dataset.sort ?? cell.textContent).trim();
  return text === "–" ? "" : text;
};
const endsOf = (cell) => (cell.querySelector("small")?.textContent.replaceAll("−", "-").match(/-?[\d.]+/g) || ["", ""]);
const quoted = (text) => {
  const safe = /^[=+@\t\r]|^-[^\d.]/.test(text) ? `'${text}` : text;  // a spreadsheet would take it for a formula
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const writers = {
  csv: (level) => {
    const { table, places, rows, intervals } = shownOf(level);
    const heads = [...table.tHead.rows[0].cells];
    const wide = (place) => intervals && heads[place].dataset.key && rows.some((row) => row.cells[place].querySelector("small"));
    const header = places.flatMap((place) => {
      const name = headingOf(heads[place]);
      return wide(place) ? [name, `${name} low`, `${name} high`] : [name];
    });
    const lines = rows.map((row) => places.flatMap((place) => {
      const value = valueOf(row.cells[place]);
      return wide(place) ? [value, ...endsOf(row.cells[place])] : [value];
    }));
    return [header, ...lines].map((line) => line.map(quoted).join(",")).join("\n") + "\n";
  },
  tex: (level) => {
    const { table, places, rows, intervals } = shownOf(level);
    const heads = [...table.tHead.rows[0].cells];
    const plain = (text) => text.replace(/[\\{}$&#%_~^<>|]/g, (letter) => ({
      "\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
      "<": "\\textless{}", ">": "\\textgreater{}", "|": "\\textbar{}",
    }[letter] || `\\${letter}`)).replaceAll("–", "--");
    const printed = (cell) => {
      const value = cell.firstChild.textContent.trim().replace("–", "--").replace("−", "$-$");
      const ends = intervals && cell.querySelector("small");
      return ends ? `${value} {\\scriptsize ${ends.textContent.replaceAll("−", "$-$")}}` : value;
    };
    const text = (row, place) => {
      const cell = row.cells[place];
      if (cell.tagName === "TH") { return row.dataset.tex; }
      return cell.classList.contains("number") ? printed(cell) : plain(cell.textContent.trim());
    };
    const align = places.map((place) => (heads[place].classList.contains("number") ? "r" : "l")).join("");
    const line = (cells) => `${cells.join(" & ")} \\\\`;
    return [
      "% needs \\usepackage{booktabs}", `\\begin{tabular}{${align}}`, "\\toprule",
      line(places.map((place) => heads[place].dataset.tex || plain(headingOf(heads[place])))), "\\midrule",
      ...rows.map((row) => line(places.map((place) => text(row, place)))), "\\bottomrule", "\\end{tabular}",
    ].join("\n") + "\n";
  },
  bib: (level) => {
    const entries = shownOf(level).rows.map((row) => payload.references[row.dataset.label]).filter(Boolean);
    return [...new Set(entries)].join("\n\n") + "\n";
  },
};
for (const level of document.querySelectorAll("#ranking .level")) {
  for (const button of level.querySelectorAll("[data-share]")) {
    copying(button, () => writers[button.dataset.share](level));
  }
  for (const button of level.querySelectorAll("[data-save]")) {
    const kind = button.dataset.save;
    button.addEventListener("click", () => { save(`ranking.${kind}`, writers[kind](level), "text/plain"); });
  }
}
