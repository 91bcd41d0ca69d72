import { gettext } from "../client/i18n.js";
import { api } from "./lib/api.js";
import { toast } from "./lib/dom.js";
import { SERVER_UNREACHABLE } from "./lib/error-messages.js";
import { CardView, preloadRenderers } from "./study/card-view.js";
import { editCard } from "./study/editing.js";
import { setUpKeys } from "./study/keyboard.js";
import { LeechNotice } from "./study/leech.js";
import { loadSession, storePage, storeSession } from "./study/offline.js";
import { OtherTabs } from "./study/other-tabs.js";
import { openOutbox } from "./study/outbox.js";
import { Scheduler, StudyDays } from "./study/scheduler.js";
import { StudySession } from "./study/session.js";
import { SummaryView } from "./study/summary-view.js";
import { sendTimeZone } from "./study/time-zone.js";

const page = document.getElementById("study");
const view = new CardView(page);
const summary = new SummaryView(page);
const leech = new LeechNotice(page);
const outbox = openOutbox(page);
const otherTabs = new OtherTabs(document.body.dataset.user);
/** @type {StudySession|null} */
let session = null;
/** @type {any} the last queue from the server */
let queue = null;
/** How far this device's clock is behind the server's, in milliseconds. */
let behindMs = 0;
let shownAt = 0;

const now = () => Date.now() + behindMs;

/** Fetch the study queue after sending unsent ratings. */
async function start() {
  page.dataset.state = "loading";
  await outbox.flush();
  try {
    await sendTimeZone(api);
    const [{ FSRSAlgorithm }, response] = await Promise.all([
      import(page.dataset.fsrs),
      api.get(page.dataset.queue),
    ]);
    behindMs = Date.parse(response.now) - Date.now();
    loadQueue(withoutUnsent(response), FSRSAlgorithm);
    storePage();
  } catch (error) {
    if (error.status || !(await resumeStored())) summary.showLoadError(error);
  }
}

/**
 * Resume the stored session when the server cannot be reached.
 * @returns {Promise<boolean>} whether there was a stored session
 */
async function resumeStored() {
  const stored = await loadSession(page.dataset.queue);
  const library = stored && (await import(page.dataset.fsrs).catch(() => null));
  if (!library) return false;
  behindMs = stored.behindMs;
  loadQueue(stored, library.FSRSAlgorithm);
  return true;
}

function loadQueue(response, FSRSAlgorithm) {
  queue = response;
  const { timeZone, dayBeginsHour } = queue.settings;
  session ??= new StudySession(
    new Scheduler(FSRSAlgorithm, queue.scheduling, new StudyDays(timeZone, dayBeginsHour)),
  );
  session.load(queue);
  preloadRenderers(queue.cards);
  showNext();
}

/** Return the queue without the cards whose ratings have not been sent yet. */
function withoutUnsent(response) {
  const { cards } = outbox;
  return { ...response, cards: response.cards.filter(({ id }) => !cards.has(id)) };
}

function showNext() {
  const item = session.next(now());
  if (item) showCard(item);
  else if (queue.cards.length && session.tally().reviews && navigator.onLine && !outbox.problem)
    loadMore();
  else finish();
}

function showCard(item) {
  shownAt = now();
  page.dataset.state = "question";
  view.showQuestion(item, session);
  saveSession();
}

/**
 * Load the queue again before ending the session, because the queue is limited in size and more
 * cards may have become due.
 */
async function loadMore() {
  await outbox.flush();
  try {
    queue = withoutUnsent(await api.get(page.dataset.queue));
    session.load(queue);
  } catch {
    // If the queue cannot be loaded, the session ends with the cards known here.
  }
  const item = session.next(now());
  if (item) showCard(item);
  else finish();
}

function finish() {
  page.dataset.state = "summary";
  view.showRemaining(session);
  summary.show(session, queue, now());
  saveSession();
}

function saveSession() {
  storeSession(page.dataset.queue, { ...queue, ...session.toQueue(), behindMs });
}

function showAnswer() {
  if (session?.current) view.showAnswer(session.previews(now()));
}

function rate(rating) {
  if (!session?.current || !view.isAnswerShown) return;
  const seconds = Math.min(600, Math.round((now() - shownAt) / 100) / 10);
  const review = session.rate(rating, now(), seconds);
  outbox.addReview(review);
  outbox.flush();
  otherTabs.broadcast(review.cardId);
  leech.show(session.newLeech());
  showNext();
}

/** Remove a card that was rated in another tab. @param {string} cardId */
function removeRated(cardId) {
  showWithout(session?.remove(cardId));
}

/** Show the session after a card was removed from it. @param {boolean|undefined} wasCurrent */
function showWithout(wasCurrent) {
  if (wasCurrent) showNext();
  else if (session?.current) view.showRemaining(session, StudySession.kind(session.current));
}

function undo() {
  const review = session?.undo();
  if (!review) return;
  if (leech.card?.id === review.cardId) leech.hide();
  outbox.addUndo(review.id);
  outbox.flush();
  toast(gettext("Taken back."));
  showCard(session.current);
}

function edit(card = session?.current?.card) {
  if (card)
    editCard(card, api, () => {
      session.update(card);
      if (session.current?.card.id === card.id) view.updateTexts(session.current);
      // The dialog first returns the focus to the button in the notice.
      if (leech.card?.id === card.id) setTimeout(() => leech.hide());
    });
}

/** Open the dialog that adds simpler cards. It is loaded on first use to keep the page small. */
async function rewrite() {
  const { card } = leech;
  const tool = await import("./study/rewrite.js").catch(() => null);
  if (!tool) return toast(SERVER_UNREACHABLE);
  if (leech.card !== card) return;
  tool.openRewrite(card, (isDeleted) => {
    leech.hide();
    if (!isDeleted) return;
    showWithout(session.removeDeleted(card.id));
    saveSession();
  });
}

const ACTIONS = {
  show: showAnswer,
  flip: () => (view.isAnswerShown ? view.flip() : showAnswer()),
  undo,
  edit: () => edit(),
  rewrite,
  "edit-leech": () => edit(leech.card),
  "dismiss-leech": () => leech.hide(),
  continue: start,
  retry: start,
};

page.addEventListener("click", (event) => {
  const target = event.target.closest("[data-rating], [data-action]");
  if (!target || (!getSelection().isCollapsed && !target.matches("button"))) return;
  if (target.dataset.rating) rate(target.dataset.rating);
  else ACTIONS[target.dataset.action]?.();
});
setUpKeys({
  show: showAnswer,
  rate,
  undo,
  edit: () => edit(),
  isAsking: () => Boolean(session?.current),
  isAnswerShown: () => view.isAnswerShown,
});
summary.onDue(() => start());
otherTabs.addEventListener("rated", (/** @type {CustomEvent} */ { detail }) => removeRated(detail));
start();
