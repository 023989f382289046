// Light or dark: as the page was asked for, as its reader chooses, or as the reader's system has it.

function listenToTheme(wanted) {
  const choice = at("theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    document.documentElement.dataset.theme = choice.value === "auto" ? (system.matches ? "dark" : "light") : choice.value;
  };
  choice.value = wanted;
  choice.addEventListener("change", apply);
  system.addEventListener("change", apply);
  apply();
}
