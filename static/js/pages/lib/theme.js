const KEY = "mindflip:theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** @returns {"light"|"dark"} the current theme */
export function currentTheme() {
  return document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light");
}

/** Show a theme. The system theme is not stored, so that the page keeps following the system. */
function setTheme(theme) {
  const isSystemTheme = theme === (system.matches ? "dark" : "light");
  if (isSystemTheme) delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (isSystemTheme) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is disabled, so the choice applies only to this page.
  }
}

/** Let a button switch between the light and the dark theme. @param {HTMLButtonElement} button */
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
