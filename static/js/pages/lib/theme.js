const KEY = "mindflip:theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light"|"dark"} the theme now shown */
export function shown() {
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

/**
 * Show a theme. The system's own is not written down, so that the page goes on following the
 * system.
 */
function show(theme) {
  const isSystems = theme === (system.matches ? "dark" : "light");
  if (isSystems) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (isSystems) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // storage is switched off: the choice lasts for this page
  }
}

/** @param {HTMLButtonElement} button switches between light and dark */
export function setUpTheme(button) {
  const tell = () => button.setAttribute("aria-pressed", String(shown() === "dark"));
  button.addEventListener("click", () => {
    show(shown() === "dark" ? "light" : "dark");
    tell();
  });
  system.addEventListener("change", tell);
  tell();
  button.hidden = false;
}
