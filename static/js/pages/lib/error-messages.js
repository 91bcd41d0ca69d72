import { gettext } from "../../client/i18n.js";

/** The message for a server that cannot be reached. */
export const SERVER_UNREACHABLE = gettext(
  "The server does not answer. Check the connection and try again.",
);

/**
 * The next step for each error code, shown after the error message. `action` is what the button for
 * the next step does.
 * @type {Record<string, {hint: string, action?: "again"|"load"|"choose"|"sign-in"}>}
 */
const HINTS = {
  // Engine
  webgpu_unavailable: {
    hint: gettext("Choose another model: those with wllama run on the processor."),
    action: "choose",
  },
  no_model_here: {
    hint: gettext(
      "Ask for cards all the same: another device of yours that has a model loaded writes them.",
    ),
  },
  model_unavailable: { hint: gettext("Choose another model."), action: "choose" },
  download_failed: {
    hint: gettext("Check the connection and load it again: it goes on with what came already."),
    action: "load",
  },
  download_offline: {
    hint: gettext(
      "Connect, then load it again: it goes on with what came already. Models kept in this browser load without.",
    ),
    action: "load",
  },
  host_unreachable: {
    hint: gettext("Try again later, or choose a model of this server."),
    action: "choose",
  },
  storage_full: {
    hint: gettext(
      "Delete models that you no longer use, under Stored models, or choose a smaller one.",
    ),
    action: "choose",
  },
  out_of_memory: {
    hint: gettext("Close other tabs, or choose a smaller model."),
    action: "choose",
  },
  device_lost: { hint: "", action: "load" },
  context_exceeded: { hint: "", action: "choose" },
  engine_unusable: { hint: gettext("Choose another model."), action: "choose" },
  engine_failed: {
    hint: gettext("Try again; if it stays, load the model again."),
    action: "again",
  },
  // Server
  cancelled: { hint: "", action: "again" },
  stopped: { hint: "", action: "again" },
  busy: { hint: "" },
  no_valid_cards: {
    hint: gettext("Try again: models write something else each time. A larger model does better."),
    action: "again",
  },
  repeated: { hint: "" },
  not_found: { hint: "" },
  no_engine: { hint: gettext("Keep this page open while it writes."), action: "again" },
  engine_lost: { hint: gettext("Keep this page in front while it writes."), action: "again" },
  timeout: { hint: gettext("Ask for fewer cards."), action: "again" },
  session_closed: { hint: gettext("The next try opens a new one."), action: "again" },
  session_expired: { hint: gettext("The next try opens a new one."), action: "again" },
  too_many_sessions: {
    hint: gettext("Close other tabs that make cards, or wait for half an hour."),
    action: "again",
  },
  queue_full: { hint: gettext("Wait until some are done."), action: "again" },
  rate_limited: { hint: gettext("Wait a moment."), action: "again" },
  unauthorized: {
    hint: gettext("Sign in in a new tab, then come back and try again: nothing here is lost."),
    action: "sign-in",
  },
  not_authenticated: {
    hint: gettext("Sign in in a new tab, then come back and try again: nothing here is lost."),
    action: "sign-in",
  },
  forbidden: {
    hint: gettext("Sign in in a new tab, then come back and try again: nothing here is lost."),
    action: "sign-in",
  },
  offline: { hint: gettext("What you typed and the cards so far stay here."), action: "again" },
};
const DEFAULT_HINT = {
  hint: gettext("What you typed and the cards so far stay here."),
  action: "again",
};
const LABELS = {
  again: gettext("Try again"),
  load: gettext("Load the model"),
  choose: gettext("Choose a model"),
  "sign-in": gettext("Sign in"),
};

/**
 * @param {{code?: string, message: string}} error
 * @returns {{text: string, action?: string, label?: string}} the error message with the next step,
 *   and the action and label of a button
 */
export function describeError({ code, message }) {
  const { hint, action } = HINTS[code] ?? DEFAULT_HINT;
  return { text: [message, hint].filter(Boolean).join(" "), action, label: LABELS[action] };
}
