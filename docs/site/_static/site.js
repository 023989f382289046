// A table that is wider than the window becomes a list of its rows, each cell with the head of its column.
function stack() {
  for (const wrapper of document.querySelectorAll("article .table-wrapper")) {
    const table = wrapper.querySelector("table");
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.replace(/\s+/g, " ").trim());
    table.classList.remove("stacked");
    if (heads.length === 0 || wrapper.scrollWidth <= wrapper.clientWidth + 1) continue;
    for (const row of table.querySelectorAll("tbody tr")) {
      [...row.cells].forEach((cell, column) => { cell.dataset.head = heads[column] ?? ""; });
    }
    table.classList.add("stacked");
  }
}

// Code that is wider than its box can be scrolled with the keyboard too: it takes the focus.
function reachable() {
  for (const box of document.querySelectorAll("article pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}

// A picture that is shown much smaller than it is can be opened by itself. Those of lessons can already.
function large() {
  for (const image of document.querySelectorAll("article img[src]:not([src^='data:'])")) {
    if (image.closest("a") || image.width > 0.8 * image.naturalWidth) continue;
    const link = document.createElement("a");
    link.href = image.src;
    image.replaceWith(link);
    link.append(image);
  }
}

function fit() {
  stack();
  reachable();
  large();
}
addEventListener("load", fit);
addEventListener("resize", fit);

// The switch of the theme, told to pictures as JupyterLab tells it, and to the interactive pages, which ask for it.
const system = matchMedia("(prefers-color-scheme: dark)");
function theme() {
  const chosen = document.body.dataset.theme;
  const dark = chosen === "dark" || (chosen !== "light" && system.matches);
  document.body.dataset.jpThemeLight = String(!dark);
  for (const frame of document.querySelectorAll("article iframe")) frame.contentWindow.postMessage(dark ? "dark" : "light", "*");
}
new MutationObserver(theme).observe(document.body, { attributeFilter: ["data-theme"] });
system.addEventListener("change", theme);
addEventListener("message", ({ data }) => { if (data === "chaingrad: light or dark?") theme(); });
theme();

// Two columns stand beside a page; who hears them is told which is which.
for (const [name, about] of [["sidebar-drawer", "Pages of this site"], ["toc-drawer", "On this page"]]) {
  for (const aside of document.getElementsByClassName(name)) aside.ariaLabel = about;
}
