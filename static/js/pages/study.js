import { api } from "./api.js";
import { toast } from "./toast.js";
import { CardView } from "./study/card-view.js";
import { StudyDays } from "./study/days.js";
import { editCard } from "./study/editing.js";
import { EndView } from "./study/end-view.js";
import { setUpKeys } from "./study/keys.js";
import { openOutbox } from "./study/sending.js";
import { Scheduler } from "./study/scheduler.js";
import { warmUp } from "./study/sides.js";
import { Sitting } from "./study/sitting.js";
import { tellTimeZone } from "./study/time-zone.js";

const page = document.getElementById("study");
const view = new CardView(page);
const end = new EndView(page);
const outbox = openOutbox(page);
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
    const [{ FSRSAlgorithm }, answer] = await Promise.all([import(page.dataset.fsrs), api.get(page.dataset.queue)]);
    take(answer, FSRSAlgorithm);
  } catch (error) {
    end.cannotLoad(error);
  }
}

function take(answer, FSRSAlgorithm) {
  queue = upToDate(answer);
  behindMs = Date.parse(queue.now) - Date.now();
  const { timeZone, dayBeginsHour } = queue.settings;
  sitting ??= new Sitting(new Scheduler(FSRSAlgorithm, queue.scheduling, new StudyDays(timeZone, dayBeginsHour)));
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
  else if (queue.cards.length && sitting.tally().reviews && navigator.onLine && !outbox.problem) goOn();
  else finish();
}

function ask(item) {
  shownAt = now();
  page.dataset.state = "asking";
  view.ask(item, sitting);
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
}

function show() {
  if (sitting?.asked) view.showAnswer(sitting.previews(now()));
}

function rate(rating) {
  if (!sitting?.asked || !view.isAnswerShown) return;
  const seconds = Math.min(600, Math.round((now() - shownAt) / 100) / 10);
  outbox.addReview(sitting.rate(rating, now(), seconds));
  outbox.flush();
  askNext();
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

const ACTIONS = { show, flip: () => (view.isAnswerShown ? view.turn() : show()), undo, edit, more: begin, retry: begin };

page.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-rating], [data-action]");
  if (!pressed || (!getSelection().isCollapsed && !pressed.matches("button"))) return;
  if (pressed.dataset.rating) rate(pressed.dataset.rating);
  else ACTIONS[pressed.dataset.action]?.();
});
setUpKeys({ show, rate, undo, edit, isAsking: () => Boolean(sitting?.asked), isAnswerShown: () => view.isAnswerShown });
end.onDue(() => begin());
begin();
