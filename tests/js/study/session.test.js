import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FSRSAlgorithm, default_w } from "ts-fsrs";

import { Scheduler, StudyDays } from "../../../static/js/pages/study/scheduler.js";
import { Sitting } from "../../../static/js/pages/study/session.js";

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

let sitting;
beforeEach(() => {
  sitting = new Sitting(new Scheduler(FSRSAlgorithm, SCHEDULING, new StudyDays("UTC", 4)));
});

const rate = (rating, now = NOW) => sitting.next(now) && sitting.rate(rating, now, 2);

test("cards come in the queue's order", () => {
  sitting.take(queue(learned("a"), fresh("b")));
  assert.equal(sitting.next(NOW).card.id, "a");
  assert.equal(rate("good").cardId, "a");
  assert.equal(sitting.next(NOW).card.id, "b");
});

test("a step comes again in the same sitting: when it is due, or at once when nothing else is left", () => {
  sitting.take(queue(fresh("a"), fresh("b"), fresh("c")));
  rate("again");
  assert.equal(sitting.next(NOW).card.id, "b");
  assert.equal(sitting.next(NOW + MINUTE).card.id, "a");
  rate("easy", NOW + MINUTE);
  rate("easy", NOW + MINUTE);
  rate("good", NOW + MINUTE);
  assert.equal(sitting.next(NOW + MINUTE).card.id, "c");
});

test("a step far ahead is not waited for", () => {
  const later = {
    ...learned("a"),
    schedule: { ...learned("a").schedule, state: "learning", step: 1, dueAt: "2026-03-10T13:00Z" },
  };
  sitting.take({ cards: [later], counts: { new: 0, learning: 1, due: 0 }, nextDueAt: null });
  assert.equal(sitting.next(NOW), null);
  assert.equal(sitting.nextDueAt(), Date.parse("2026-03-10T13:00Z"));
  assert.equal(sitting.untilNext(NOW), 3600);
});

test("the numbers of what is left follow each rating, cards beyond the queue included", () => {
  sitting.take({ ...queue(learned("a"), fresh("b")), counts: { new: 11, learning: 0, due: 1 } });
  assert.deepEqual(sitting.left(), { new: 11, learning: 0, due: 1 });
  rate("again");
  assert.deepEqual(sitting.left(), { new: 11, learning: 1, due: 0 });
  rate("easy");
  assert.deepEqual(sitting.left(), { new: 10, learning: 1, due: 0 });
});

test("undo brings back the card, its schedule, its place and the numbers", () => {
  sitting.take(queue(learned("a"), fresh("b")));
  const before = sitting.next(NOW).schedule;
  const review = rate("good");
  assert.equal(sitting.undo().id, review.id);
  assert.deepEqual(sitting.asked.schedule, before);
  assert.deepEqual(sitting.left(), { new: 1, learning: 0, due: 1 });
  assert.equal(sitting.next(NOW).card.id, "a");
  assert.equal(sitting.tally().reviews, 0);
});

test("undo works after the last card, and again until nothing was done", () => {
  sitting.take(queue(fresh("a")));
  rate("good");
  rate("good", NOW + MINUTE);
  assert.equal(sitting.next(NOW), null);
  assert.ok(sitting.undo());
  assert.equal(sitting.asked.schedule.step, 1);
  assert.ok(sitting.undo());
  assert.equal(sitting.asked.schedule, null);
  assert.equal(sitting.undo(), null);
});

test("what comes on another day is told in days", () => {
  sitting.take({ ...queue(), nextDueAt: "2026-03-11T04:00Z" });
  assert.equal(sitting.untilNext(NOW), 86_400);
  sitting.take(queue());
  assert.equal(sitting.untilNext(NOW), null);
});

test("each rating is a review of its own", () => {
  sitting.take(queue(fresh("a")));
  const reviews = [rate("again"), rate("good", NOW + MINUTE), rate("good", NOW + 2 * MINUTE)];
  assert.equal(new Set(reviews.map(({ id }) => id)).size, 3);
  assert.deepEqual(reviews[1], {
    id: reviews[1].id,
    cardId: "a",
    rating: "good",
    reviewedAt: "2026-03-10T12:01:00.000Z",
    seconds: 2,
  });
  const { ratings, cards, seconds } = sitting.tally();
  assert.deepEqual(
    { ratings, cards, seconds },
    { ratings: { again: 1, hard: 0, good: 2, easy: 0 }, cards: 1, seconds: 6 },
  );
});

test("what is left can be written down and gone on with", () => {
  sitting.take({
    ...queue(fresh("a"), fresh("b"), learned("c")),
    counts: { new: 5, learning: 0, due: 1 },
  });
  rate("again");
  rate("easy");
  const kept = JSON.parse(JSON.stringify(sitting.toQueue()));
  const other = new Sitting(new Scheduler(FSRSAlgorithm, SCHEDULING, new StudyDays("UTC", 4)));
  other.take(kept);
  assert.deepEqual(other.left(), sitting.left());
  for (const now of [NOW, NOW + MINUTE])
    assert.equal(other.next(now).card.id, sitting.next(now).card.id);
  assert.deepEqual(other.previews(NOW + MINUTE), sitting.previews(NOW + MINUTE));
  assert.deepEqual(other.toQueue(), kept);
});

test("what another tab rated is not asked here", () => {
  sitting.take(queue(fresh("a"), fresh("b"), fresh("c")));
  sitting.next(NOW);
  assert.equal(sitting.drop("b"), false);
  assert.equal(sitting.drop("a"), true);
  assert.equal(sitting.next(NOW).card.id, "c");
  assert.deepEqual(sitting.left(), { new: 1, learning: 0, due: 0 });
});
