import assert from "node:assert/strict";
import { test } from "node:test";
import { addChunk, emptyAnswer } from "../../../static/js/engine/answer.js";

const chunk = (delta, finish_reason = null) => ({ choices: [{ delta, finish_reason }] });

function addChunks(...chunks) {
  const updates = [];
  const answer = emptyAnswer();
  for (const received of chunks)
    addChunk(received, answer, (text, tokens) => updates.push([text, tokens]));
  return { answer, updates };
}

test("chunks are joined, and each reports its text and the tokens so far", () => {
  const { answer, updates } = addChunks(
    chunk({ role: "assistant", content: null }),
    chunk({ content: "Hel" }),
    chunk({ content: "lo" }),
    chunk({}, "stop"),
  );
  assert.equal(answer.text, "Hello");
  assert.deepEqual(updates, [
    ["Hel", 1],
    ["lo", 2],
  ]);
});

test("the finish reason and token counts come from the last chunks", () => {
  const { answer } = addChunks(chunk({ content: "Hello" }), chunk({}, "length"), {
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

test("an answer without a last chunk has the prompt's length from llama.cpp's timings", () => {
  const timings = { cache_n: 100, prompt_n: 20, predicted_n: 1 };
  const { answer } = addChunks({ ...chunk({ content: "Hello" }), timings });
  assert.equal(answer.promptTokens, 120);
});
