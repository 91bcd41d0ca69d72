/** How fast each model wrote on this device, tokens a second. */
const KEY = "mindflip:speeds";
/** How much a new measurement counts against those before it. */
const WEIGHT = 0.4;
/** Fewer tokens say nothing. */
const TOKENS_LEAST = 8;

/** @param {string} modelId @returns {number|null} */
export function speedOf(modelId) {
  return read()[modelId] ?? null;
}

/**
 * @param {string} modelId @param {{tokens: number, seconds: number}} spent since the first token: before it the model was reading
 */
export function measured(modelId, { tokens, seconds }) {
  if (tokens < TOKENS_LEAST || seconds <= 0) return;
  const speeds = read();
  const now = tokens / seconds;
  const before = speeds[modelId] ?? now;
  speeds[modelId] = Math.round(10 * (before + WEIGHT * (now - before))) / 10;
  write(speeds);
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function write(speeds) {
  try {
    localStorage.setItem(KEY, JSON.stringify(speeds));
  } catch {
    // storage is full or switched off: it is measured again next time
  }
}
