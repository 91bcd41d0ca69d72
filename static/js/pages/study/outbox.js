import { gettext, ngettext } from "../../client/i18n.js";
import { api } from "../lib/api.js";
import { part, slot, toast } from "../lib/dom.js";

const BATCH_SIZE = 100;
const PREFIX = "mindflip:outbox:";
const REVIEWS = "/api/flashcards/reviews";

/**
 * Ratings and undos that wait to be sent to the server.
 *
 * They are stored in this browser first, sent in order, and deleted when the server has accepted or
 * rejected them. Each entry has its own key, so that tabs do not overwrite each other's entries.
 * Sending a rating twice is safe, because the server identifies reviews by their ID.
 *
 * Events: `change` and `refused` (detail: the items that the server rejected).
 */
export class Outbox extends EventTarget {
  #storage;
  #prefix;
  #api;
  #locks;
  #sequence = 0;
  /**
   * The error of the last attempt, or null.
   * @type {Error & {code?: string, status?: number}|null}
   */
  problem = null;

  /**
   * @param {object} parts
   * @param {Storage} parts.storage
   * @param {string} parts.user the ID of the user who rated the cards
   * @param {{post: (path: string, body: object) => Promise<any>, delete: (path: string) =>
   *   Promise<any>}} parts.api
   * @param {{request: (name: string, work: () => Promise<void>) => Promise<any>}} [parts.locks]
   *   ensures that only one tab sends at a time
   */
  constructor({ storage, user, api: rest, locks = { request: (_name, work) => work() } }) {
    super();
    this.#storage = storage;
    this.#prefix = `${PREFIX}${user}:`;
    this.#api = rest;
    this.#locks = locks;
  }

  get size() {
    return this.#keys().length;
  }

  /**
   * @returns {Set<string>} the cards with unsent ratings; their schedules on the server are out of
   *   date
   */
  get cards() {
    return new Set(this.#keys().flatMap((key) => this.#read(key).review?.cardId ?? []));
  }

  /** @param {any} review as the API expects it */
  addReview(review) {
    this.#add({ review });
  }

  /** @param {string} id of the review to undo, whether it has been sent or not */
  addUndo(id) {
    this.#add({ undo: id });
  }

  /** Send all entries. Errors are not thrown but stored in `problem`. */
  async flush() {
    if (!this.size) return;
    await this.#locks.request(this.#prefix + "send", () => this.#send());
  }

  async #send() {
    try {
      for (let keys = this.#keys(); keys.length; keys = this.#keys()) {
        const sentKeys = await this.#sendFirst(keys);
        for (const key of sentKeys) this.#storage.removeItem(key);
        this.#setProblem(null);
      }
      this.#setProblem(null);
    } catch (error) {
      this.#setProblem(error);
    }
  }

  /**
   * Send the reviews before the next undo, at most BATCH_SIZE.
   *
   * If the first entry is an undo, send only that.
   * @returns {Promise<string[]>} the keys of the sent entries
   */
  async #sendFirst(keys) {
    const entries = keys.slice(0, BATCH_SIZE).map((key) => ({ key, ...this.#read(key) }));
    const end = entries.findIndex(({ review }) => !review);
    const reviews = end < 0 ? entries : entries.slice(0, end);
    if (!reviews.length) return [await this.#sendUndo(entries[0])];
    const { results } = await this.#api.post(REVIEWS, {
      reviews: reviews.map(({ review }) => review),
    });
    const refused = results.filter(({ status }) => status === "refused");
    if (refused.length) this.dispatchEvent(new CustomEvent("refused", { detail: refused }));
    return reviews.map(({ key }) => key);
  }

  async #sendUndo({ key, undo }) {
    if (undo) await this.#api.delete(`${REVIEWS}/${undo}`).catch(ignoreNotFound);
    return key;
  }

  #add(entry) {
    const position = `${String(Date.now()).padStart(15, "0")}:${String((this.#sequence += 1)).padStart(6, "0")}`;
    this.#storage.setItem(
      `${this.#prefix}${position}:${crypto.randomUUID()}`,
      JSON.stringify(entry),
    );
    this.#setProblem(this.problem);
  }

  #read(key) {
    try {
      return JSON.parse(this.#storage.getItem(key) ?? "{}");
    } catch {
      return {}; // not an entry of this app, so it is removed as an undo of nothing
    }
  }

  #keys() {
    const keys = Array.from({ length: this.#storage.length }, (_, index) =>
      this.#storage.key(index),
    );
    return keys.filter((key) => key?.startsWith(this.#prefix)).sort();
  }

  #setProblem(problem) {
    this.problem = problem;
    this.dispatchEvent(new Event("change"));
  }
}

/** Ignore that a review does not exist: it was never saved, or it was deleted with its card. */
function ignoreNotFound(error) {
  if (error.status !== 404) throw error;
}

/** Return the browser's storage, or a storage in memory if it is disabled. @returns {Storage} */
function persistentStorage() {
  try {
    localStorage.setItem(PREFIX + "try", "");
    localStorage.removeItem(PREFIX + "try");
    return localStorage;
  } catch {
    return memoryStorage();
  }
}

/** @returns {any} a Storage in memory */
export function memoryStorage() {
  const entries = new Map();
  return {
    get length() {
      return entries.size;
    },
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
    removeItem: (key) => void entries.delete(key),
  };
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;
const SIGNED_OUT = [401, 403];

/**
 * Open the user's outbox.
 *
 * It sends entries automatically when the network is back, and shows on the page how many ratings
 * are waiting.
 * @param {HTMLElement} page
 */
export function openOutbox(page) {
  const outbox = new Outbox({
    storage: persistentStorage(),
    user: document.body.dataset.user,
    api,
    locks: navigator.locks,
  });
  outbox.addEventListener("change", () => showStatus(page, outbox));
  outbox.addEventListener("refused", ({ detail }) =>
    toast(
      ngettext(
        "%(count)s rating not taken: %(reason)s",
        "%(count)s ratings not taken: %(reason)s",
        detail.length,
        { reason: detail[0].error },
      ),
    ),
  );
  for (const name of ["online", "focus"]) addEventListener(name, () => outbox.flush());
  addEventListener("offline", () => showStatus(page, outbox));
  retryPeriodically(outbox);
  showStatus(page, outbox);
  return outbox;
}

/** Retry as long as the last attempt has failed, with delays that double up to 30 seconds. */
function retryPeriodically(outbox) {
  let wait = FIRST_WAIT_MS;
  const retry = async () => {
    wait = outbox.problem ? Math.min(wait * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    if (outbox.problem) await outbox.flush();
    setTimeout(retry, wait);
  };
  setTimeout(retry, wait);
}

function showStatus(page, outbox) {
  const isSignedOut = SIGNED_OUT.includes(outbox.problem?.status);
  const isOffline = !navigator.onLine || Boolean(outbox.problem);
  part(page, "outbox").hidden = !isOffline;
  part(page, "sign-in").hidden = !isSignedOut;
  if (!isOffline) return;
  const sentences = isSignedOut
    ? [
        signedOutText(outbox.size),
        gettext("Sign in in a new tab, then come back: nothing is lost."),
      ]
    : [
        offlineText(outbox.size),
        // Translators: “they” are ratings of cards.
        gettext("Go on: they are kept here and sent when the network is back."),
      ];
  slot(page, "outbox").textContent = sentences.join(" ");
}

/** @param {number} waiting the number of ratings to send */
function signedOutText(waiting) {
  return waiting
    ? ngettext(
        "You are signed out, %(count)s rating to send.",
        "You are signed out, %(count)s ratings to send.",
        waiting,
      )
    : gettext("You are signed out, nothing to send.");
}

/** @param {number} waiting the number of ratings to send */
function offlineText(waiting) {
  return waiting
    ? ngettext("Offline, %(count)s rating to send.", "Offline, %(count)s ratings to send.", waiting)
    : gettext("Offline, nothing to send.");
}
