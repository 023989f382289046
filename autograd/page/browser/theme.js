// Light or dark: as the page was asked for, as its reader chooses, or as the notebook around or the reader's system has it.

function listenToTheme(wanted) {
  const choice = at("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  let notebook = "";
  const apply = () => {
    const found = notebook || (system.matches ? "dark" : "light");
    document.documentElement.dataset.theme = choice.value === "auto" ? found : choice.value;
  };
  choice.value = wanted;
  choice.addEventListener("change", apply);
  system.addEventListener("change", apply);
  apply();
  if (window.parent === window) return;
  window.addEventListener("message", ({ data, source }) => {
    if (source !== window.parent || !["light", "dark"].includes(data)) return;
    notebook = data;
    apply();
  });
  window.parent.postMessage("chaingrad: light or dark?", "*");
}
