// Runs before the first paint, hence no module: a chosen theme must not flash the other one.
try {
  const chosen = localStorage.getItem("mindflip:theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // storage is switched off: the system's theme it is
}
