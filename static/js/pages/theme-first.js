// This script runs before the first paint and is therefore not a module. Otherwise the page would
// flash in the wrong theme.
try {
  const chosen = localStorage.getItem("mindflip:theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // Storage is disabled, so the system theme applies.
}
