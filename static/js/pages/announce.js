const TOGETHER_MS = 60;
let waiting = [];

/** Tell a screen reader, politely. What comes at once is said together; the same text twice is said twice. @param {string} text */
export function announce(text) {
  if (waiting.push(text) > 1) return;
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = waiting.join(" ");
    waiting = [];
  }, TOGETHER_MS);
}
