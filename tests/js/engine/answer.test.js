import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyAnswer, read } from "../../../static/js/engine/answer.js";

const chunk = (delta, finish_reason = null) => ({ choices: [{ delta, finish_reason }] });

function answered(...chunks) {
  const told = [];
  const answer = emptyAnswer();
  for (const each of chunks) read(each, answer, (text, tokens) => told.push([text, tokens]));
  return { answer, told };
}

test("text is put together as it comes, and told with the tokens so far", () => {
  const { answer, told } = answered(
    chunk({ role: "assistant", content: null }),
    chunk({ content: "Hel" }),
    chunk({ content: "lo" }),
    chunk({}, "stop"),
  );
  assert.equal(answer.text, "Hello");
  assert.deepEqual(told, [
    ["Hel", 1],
    ["lo", 2],
  ]);
});

test("the last chunk says how many tokens there were, and has no choice", () => {
  const { answer } = answered(chunk({ content: "Hello" }), chunk({}, "length"), {
    choices: [],
    usage: { prompt_tokens: 40, completion_tokens: 7 },
  });
  assert.deepEqual(answer, {
    text: "Hello",
    finishReason: "length",
    promptTokens: 40,
    completionTokens: 7,
  });
});
