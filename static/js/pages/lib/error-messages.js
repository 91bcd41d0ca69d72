/** The server cannot be reached. */
export const GONE = "The server does not answer. Check the connection and try again.";

/**
 * What to do next about each thing that can go wrong, beside the sentence that comes with it.
 * `action` is what the page can do about it: again, load, choose, sign-in.
 * @type {Record<string, {step: string, action?: "again"|"load"|"choose"|"sign-in"}>}
 */
const STEPS = {
  // the engine
  webgpu_unavailable: {
    step: "Choose another model: those with wllama run on the processor.",
    action: "choose",
  },
  no_model_here: {
    step: "Ask for cards all the same: another device of yours that has a model loaded writes them.",
  },
  model_unavailable: { step: "Choose another model.", action: "choose" },
  download_failed: {
    step: "Check the connection and load it again: it goes on with what came already.",
    action: "load",
  },
  download_offline: {
    step: "Connect, then load it again: it goes on with what came already. Models kept in this browser load without.",
    action: "load",
  },
  host_unreachable: {
    step: "Try again later, or choose a model of this server.",
    action: "choose",
  },
  storage_full: {
    step: "Delete models that you no longer use, under Stored models, or choose a smaller one.",
    action: "choose",
  },
  out_of_memory: { step: "Close other tabs, or choose a smaller model.", action: "choose" },
  device_lost: { step: "", action: "load" },
  context_exceeded: { step: "", action: "choose" },
  engine_unusable: { step: "Choose another model.", action: "choose" },
  engine_failed: { step: "Try again; if it stays, load the model again.", action: "again" },
  // the server
  cancelled: { step: "", action: "again" },
  stopped: { step: "", action: "again" },
  busy: { step: "" },
  no_valid_cards: {
    step: "Try again: models write something else each time. A larger model does better.",
    action: "again",
  },
  repeated: { step: "" },
  not_found: { step: "" },
  no_engine: { step: "Keep this page open while it writes.", action: "again" },
  engine_lost: { step: "Keep this page in front while it writes.", action: "again" },
  timeout: { step: "Ask for fewer cards.", action: "again" },
  session_closed: { step: "The next try opens a new one.", action: "again" },
  session_expired: { step: "The next try opens a new one.", action: "again" },
  too_many_sessions: {
    step: "Close other tabs that make cards, or wait for half an hour.",
    action: "again",
  },
  queue_full: { step: "Wait until some are done.", action: "again" },
  rate_limited: { step: "Wait a moment.", action: "again" },
  unauthorized: {
    step: "Sign in in a new tab, then come back and try again: nothing here is lost.",
    action: "sign-in",
  },
  not_authenticated: {
    step: "Sign in in a new tab, then come back and try again: nothing here is lost.",
    action: "sign-in",
  },
  forbidden: {
    step: "Sign in in a new tab, then come back and try again: nothing here is lost.",
    action: "sign-in",
  },
  offline: { step: "What you typed and the cards so far stay here.", action: "again" },
};
const UNKNOWN = { step: "What you typed and the cards so far stay here.", action: "again" };
const LABELS = {
  again: "Try again",
  load: "Load the model",
  choose: "Choose a model",
  "sign-in": "Sign in",
};

/**
 * @param {{code?: string, message: string}} error
 * @returns {{text: string, action?: string, label?: string}} the error's sentence with the next
 *   step, and a button's action and label
 */
export function advice({ code, message }) {
  const { step, action } = STEPS[code] ?? UNKNOWN;
  return { text: [message, step].filter(Boolean).join(" "), action, label: LABELS[action] };
}
