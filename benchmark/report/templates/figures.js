// Figures are stored as compressed SVG, and unpacked when their section is first shown.
const unpacked = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
const unpackFigures = async () => {
  for (const image of document.querySelectorAll("#plots img:not([src])")) {
    image.src = URL.createObjectURL(new Blob([await unpacked(image.dataset.svg)], { type: "image/svg+xml" }));
  }
};
byId("plots")?.addEventListener("shown", unpackFigures);
for (const button of document.querySelectorAll("[data-figure]")) {
  const image = button.closest("figure").querySelector("img");
  button.addEventListener("click", async () => { save(`${button.dataset.figure}.svg`, await unpacked(image.dataset.svg), "image/svg+xml"); });
}
addEventListener("beforeprint", unpackFigures);
for (const last of afterwards) { last(); }
