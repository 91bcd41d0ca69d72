import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FSRSAlgorithm, default_w } from "ts-fsrs";

import { Scheduler, StudyDays } from "../../../static/js/pages/study/scheduler.js";
import { StudySession } from "../../../static/js/pages/study/session.js";

const MINUTE = 60_000;
const NOW = Date.parse("2026-03-10T12:00Z");
const SCHEDULING = {
  weights: [...default_w],
  desiredRetention: 0.9,
  learningSteps: [60, 600],
  relearningSteps: [600],
  longestDays: 36_500,
};

const learned = (id) => ({
  id,
  schedule: {
    state: "review",
    step: null,
    stability: 5,
    difficulty: 5,
    dueAt: "2026-03-10T04:00Z",
    lastReviewedAt: "2026-03-05T10:00Z",
  },
});
const fresh = (id) => ({ id, schedule: null });
const queue = (...cards) => {
  const counts = {
    new: cards.filter(({ schedule }) => !schedule).length,
    learning: 0,
    due: cards.filter(({ schedule }) => schedule).length,
  };
  return { cards, counts, nextDueAt: null };
};

let session;
beforeEach(() => {
  session = new StudySession(new Scheduler(FSRSAlgorithm, SCHEDULING, new StudyDays("UTC", 4)));
});

const rate = (rating, now = NOW) => session.next(now) && session.rate(rating, now, 2);

test("cards are shown in the order of the queue", () => {
  session.load(queue(learned("a"), fresh("b")));
  assert.equal(session.next(NOW).card.id, "a");
  assert.equal(rate("good").cardId, "a");
  assert.equal(session.next(NOW).card.id, "b");
});

test("a learning step is shown when it is due, or earlier if no other card is left", () => {
  session.load(queue(fresh("a"), fresh("b"), fresh("c")));
  rate("again");
  assert.equal(session.next(NOW).card.id, "b");
  assert.equal(session.next(NOW + MINUTE).card.id, "a");
  rate("easy", NOW + MINUTE);
  rate("easy", NOW + MINUTE);
  rate("good", NOW + MINUTE);
  assert.equal(session.next(NOW + MINUTE).card.id, "c");
});

test("a learning step that is due in an hour is not shown early", () => {
  const later = {
    ...learned("a"),
    schedule: { ...learned("a").schedule, state: "learning", step: 1, dueAt: "2026-03-10T13:00Z" },
  };
  session.load({ cards: [later], counts: { new: 0, learning: 1, due: 0 }, nextDueAt: null });
  assert.equal(session.next(NOW), null);
  assert.equal(session.nextDueAt(), Date.parse("2026-03-10T13:00Z"));
  assert.equal(session.untilNext(NOW), 3600);
});

test("remaining counts follow each rating and include cards beyond the queue", () => {
  session.load({ ...queue(learned("a"), fresh("b")), counts: { new: 11, learning: 0, due: 1 } });
  assert.deepEqual(session.remaining(), { new: 11, learning: 0, due: 1 });
  rate("again");
  assert.deepEqual(session.remaining(), { new: 11, learning: 1, due: 0 });
  rate("easy");
  assert.deepEqual(session.remaining(), { new: 10, learning: 1, due: 0 });
});

test("undo restores the card, its schedule, its position and the counts", () => {
  session.load(queue(learned("a"), fresh("b")));
  const before = session.next(NOW).schedule;
  const review = rate("good");
  assert.equal(session.undo().id, review.id);
  assert.deepEqual(session.current.schedule, before);
  assert.deepEqual(session.remaining(), { new: 1, learning: 0, due: 1 });
  assert.equal(session.next(NOW).card.id, "a");
  assert.equal(session.tally().reviews, 0);
});

test("undo works after the last card and returns null when no review is left", () => {
  session.load(queue(fresh("a")));
  rate("good");
  rate("good", NOW + MINUTE);
  assert.equal(session.next(NOW), null);
  assert.ok(session.undo());
  assert.equal(session.current.schedule.step, 1);
  assert.ok(session.undo());
  assert.equal(session.current.schedule, null);
  assert.equal(session.undo(), null);
});

test("the rating of a card that was deleted cannot be undone, and still counts", () => {
  session.load(queue(learned("a"), fresh("b")));
  rate("again");
  assert.equal(session.removeDeleted("a"), false);
  assert.equal(session.undo(), null);
  assert.equal(session.next(NOW + 60 * MINUTE).card.id, "b");
  assert.equal(session.tally().reviews, 1);
});

test("an edited card is shown with its new texts after the queue was loaded again", () => {
  session.load(queue(learned("a"), fresh("b")));
  session.load(queue(learned("a"), fresh("b")));
  session.update({ id: "a", front: "ebb", back: "falling water" });
  const { front, back } = session.next(NOW).card;
  assert.deepEqual([front, back], ["ebb", "falling water"]);
});

test("untilNext is in whole days for a card that is due on another day", () => {
  session.load({ ...queue(), nextDueAt: "2026-03-11T04:00Z" });
  assert.equal(session.untilNext(NOW), 86_400);
  session.load(queue());
  assert.equal(session.untilNext(NOW), null);
});

test("each rating is a separate review and counts in the tally", () => {
  session.load(queue(fresh("a")));
  const reviews = [rate("again"), rate("good", NOW + MINUTE), rate("good", NOW + 2 * MINUTE)];
  assert.equal(new Set(reviews.map(({ id }) => id)).size, 3);
  assert.deepEqual(reviews[1], {
    id: reviews[1].id,
    cardId: "a",
    rating: "good",
    reviewedAt: "2026-03-10T12:01:00.000Z",
    seconds: 2,
  });
  const { ratings, cards, seconds } = session.tally();
  assert.deepEqual(
    { ratings, cards, seconds },
    { ratings: { again: 1, hard: 0, good: 2, easy: 0 }, cards: 1, seconds: 6 },
  );
});

test("a session that is restored from its queue continues in the same state", () => {
  session.load({
    ...queue(fresh("a"), fresh("b"), learned("c")),
    counts: { new: 5, learning: 0, due: 1 },
  });
  rate("again");
  rate("easy");
  const stored = JSON.parse(JSON.stringify(session.toQueue()));
  const restored = new StudySession(
    new Scheduler(FSRSAlgorithm, SCHEDULING, new StudyDays("UTC", 4)),
  );
  restored.load(stored);
  assert.deepEqual(restored.remaining(), session.remaining());
  for (const now of [NOW, NOW + MINUTE])
    assert.equal(restored.next(now).card.id, session.next(now).card.id);
  assert.deepEqual(restored.previews(NOW + MINUTE), session.previews(NOW + MINUTE));
  assert.deepEqual(restored.toQueue(), stored);
});

test("a card that is removed from the session is not shown or counted", () => {
  session.load(queue(fresh("a"), fresh("b"), fresh("c")));
  session.next(NOW);
  assert.equal(session.remove("b"), false);
  assert.equal(session.remove("a"), true);
  assert.equal(session.next(NOW).card.id, "c");
  assert.deepEqual(session.remaining(), { new: 1, learning: 0, due: 0 });
});

const forgotten = (id, lapseCount, state = "review") => ({
  id,
  schedule: { ...learned(id).schedule, state, step: state === "review" ? null : 0, lapseCount },
});
const leechAfter = (lapseCount, rating, state) => {
  session.load(queue(forgotten("a", lapseCount, state)));
  rate(rating);
  return session.newLeech();
};

test("a card becomes a leech with the eighth lapse, and again after every four more", () => {
  const lapses = Array.from({ length: 18 }, (_, index) => leechAfter(index, "again"));
  const counts = lapses.filter(Boolean).map(({ lapseCount }) => lapseCount);
  assert.deepEqual(counts, [8, 12, 16]);
  assert.equal(leechAfter(7, "again").card.id, "a");
});

test("a rating that is not a lapse does not make a card a leech", () => {
  for (const rating of ["hard", "good", "easy"]) assert.equal(leechAfter(8, rating), null);
  assert.equal(leechAfter(8, "again", "relearning"), null);
});

test("an undone lapse is not counted", () => {
  assert.equal(leechAfter(7, "again").lapseCount, 8);
  session.undo();
  assert.equal(session.newLeech(), null);
  session.rate("again", NOW, 2);
  assert.equal(session.newLeech().lapseCount, 8);
});

test("lapses are counted in a session that was stored and loaded again", () => {
  session.load(queue(forgotten("a", 6)));
  rate("again");
  const stored = JSON.parse(JSON.stringify(session.toQueue()));
  assert.equal(stored.cards[0].schedule.lapseCount, 7);
});

test("a session that an earlier version stored has no lapses", () => {
  session.load(queue(learned("a")));
  rate("again");
  assert.equal(session.newLeech(), null);
});
