import { api } from "./lib/api.js";
import { toast } from "./lib/dom.js";
import { CardView, warmUp } from "./study/card-view.js";
import { editCard } from "./study/editing.js";
import { setUpKeys } from "./study/keyboard.js";
import { keepPage, keepSitting, keptSitting } from "./study/offline.js";
import { OtherTabs } from "./study/other-tabs.js";
import { openOutbox } from "./study/outbox.js";
import { Scheduler, StudyDays } from "./study/scheduler.js";
import { Sitting } from "./study/session.js";
import { EndView } from "./study/summary-view.js";
import { tellTimeZone } from "./study/time-zone.js";

const page = document.getElementById("study");
const view = new CardView(page);
const end = new EndView(page);
const outbox = openOutbox(page);
const others = new OtherTabs(document.body.dataset.user);
/** @type {Sitting|null} */
let sitting = null;
/** @type {any} the last queue that came */
let queue = null;
/** How far this device's clock is behind the server's, in ms. */
let behindMs = 0;
let shownAt = 0;

const now = () => Date.now() + behindMs;

/** Fetch what is to be studied, after what was rated before has been sent. */
async function begin() {
  page.dataset.state = "loading";
  await outbox.flush();
  try {
    await tellTimeZone(api);
    const [{ FSRSAlgorithm }, answer] = await Promise.all([
      import(page.dataset.fsrs),
      api.get(page.dataset.queue),
    ]);
    behindMs = Date.parse(answer.now) - Date.now();
    take(upToDate(answer), FSRSAlgorithm);
    keepPage();
  } catch (error) {
    if (error.status || !(await goOnWithKept())) end.cannotLoad(error);
  }
}

/**
 * Without the network: with what was left of the last sitting here.
 * @returns {Promise<boolean>} whether there was one
 */
async function goOnWithKept() {
  const kept = await keptSitting(page.dataset.queue);
  const library = kept && (await import(page.dataset.fsrs).catch(() => null));
  if (!library) return false;
  behindMs = kept.behindMs;
  take(kept, library.FSRSAlgorithm);
  return true;
}

function take(answer, FSRSAlgorithm) {
  queue = answer;
  const { timeZone, dayBeginsHour } = queue.settings;
  sitting ??= new Sitting(
    new Scheduler(FSRSAlgorithm, queue.scheduling, new StudyDays(timeZone, dayBeginsHour)),
  );
  sitting.take(queue);
  warmUp(queue.cards);
  askNext();
}

/** Without the cards whose ratings are still on their way. */
function upToDate(answer) {
  const { cards } = outbox;
  return { ...answer, cards: answer.cards.filter(({ id }) => !cards.has(id)) };
}

function askNext() {
  const item = sitting.next(now());
  if (item) ask(item);
  else if (queue.cards.length && sitting.tally().reviews && navigator.onLine && !outbox.problem)
    goOn();
  else finish();
}

function ask(item) {
  shownAt = now();
  page.dataset.state = "asking";
  view.ask(item, sitting);
  keep();
}

/** The queue is bounded, and meanwhile more may be due: look once more before it is the end. */
async function goOn() {
  await outbox.flush();
  try {
    queue = upToDate(await api.get(page.dataset.queue));
    sitting.take(queue);
  } catch {
    // without the network the end is what is known here
  }
  const item = sitting.next(now());
  if (item) ask(item);
  else finish();
}

function finish() {
  page.dataset.state = "end";
  view.showLeft(sitting);
  end.show(sitting, queue, now());
  keep();
}

function keep() {
  keepSitting(page.dataset.queue, { ...queue, ...sitting.toQueue(), behindMs });
}

function show() {
  if (sitting?.asked) view.showAnswer(sitting.previews(now()));
}

function rate(rating) {
  if (!sitting?.asked || !view.isAnswerShown) return;
  const seconds = Math.min(600, Math.round((now() - shownAt) / 100) / 10);
  const review = sitting.rate(rating, now(), seconds);
  outbox.addReview(review);
  outbox.flush();
  others.tell(review.cardId);
  askNext();
}

/** Another tab has rated a card. @param {string} cardId */
function leaveOut(cardId) {
  if (sitting?.drop(cardId)) askNext();
  else if (sitting?.asked) view.showLeft(sitting, Sitting.kind(sitting.asked));
}

function undo() {
  const review = sitting?.undo();
  if (!review) return;
  outbox.addUndo(review.id);
  outbox.flush();
  toast("Taken back.");
  ask(sitting.asked);
}

function edit() {
  if (sitting?.asked) editCard(sitting.asked.card, api, () => view.rewrite(sitting.asked));
}

const ACTIONS = {
  show,
  flip: () => (view.isAnswerShown ? view.turn() : show()),
  undo,
  edit,
  more: begin,
  retry: begin,
};

page.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-rating], [data-action]");
  if (!pressed || (!getSelection().isCollapsed && !pressed.matches("button"))) return;
  if (pressed.dataset.rating) rate(pressed.dataset.rating);
  else ACTIONS[pressed.dataset.action]?.();
});
setUpKeys({
  show,
  rate,
  undo,
  edit,
  isAsking: () => Boolean(sitting?.asked),
  isAnswerShown: () => view.isAnswerShown,
});
end.onDue(() => begin());
others.addEventListener("rated", (/** @type {CustomEvent} */ { detail }) => leaveOut(detail));
begin();
