/** Tell a screen reader, politely. @param {string} text */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => (announcer.textContent = text)); // the same text twice is said twice
}
