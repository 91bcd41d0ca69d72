const KEY = "mindflip:theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light"|"dark"} the theme now shown */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

/**
 * Show a theme. The system's own is not written down, so that the page goes on following the
 * system.
 */
function setTheme(theme) {
  const isSystemTheme = theme === (system.matches ? "dark" : "light");
  if (isSystemTheme) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (isSystemTheme) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // storage is switched off: the choice lasts for this page
  }
}

/** @param {HTMLButtonElement} button switches between light and dark */
export function setUpTheme(button) {
  const updateButton = () => button.setAttribute("aria-pressed", String(currentTheme() === "dark"));
  button.addEventListener("click", () => {
    setTheme(currentTheme() === "dark" ? "light" : "dark");
    updateButton();
  });
  system.addEventListener("change", updateButton);
  updateButton();
  button.hidden = false;
}
