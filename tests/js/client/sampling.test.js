/** The sampling options of engines, by the size of their models, and the lengths of answers. */
import assert from "node:assert/strict";
import test from "node:test";

import {
  isSmallModel,
  maxTokensFor,
  parametersOf,
  samplingFor,
} from "../../../static/js/client/sampling.js";
import { Engine, Server, flush, generateMessage } from "./fakes.js";

const SIZES = [
  ["SmolLM2-135M-Instruct-q0f32-MLC", 135e6],
  ["SmolLM2-135M-Instruct-Q4_1", 135e6],
  ["Qwen2.5-0.5B-Instruct-q4f16_1-MLC", 0.5e9],
  ["Llama-3.2-1B-Instruct-q4f32_1-MLC", 1e9],
  ["gemma-2-2b-it-q4f16_1-MLC", 2e9],
  ["Llama-3-8B-Instruct-q4f16_1-MLC", 8e9],
  ["Phi-3.5-mini-instruct-q4f16_1-MLC", Infinity],
  ["model-v3", Infinity],
];

for (const [modelId, parameters] of SIZES) {
  test(`parametersOf reads the size of ${modelId}`, () => {
    assert.equal(parametersOf(modelId), parameters);
  });
}

test("models below a billion parameters are small, and models of unknown size are not", () => {
  const small = SIZES.map(([modelId]) => modelId).filter(isSmallModel);
  assert.deepEqual(
    small,
    SIZES.slice(0, 3).map(([modelId]) => modelId),
  );
});

test("small models are sampled differently from large and unknown ones", () => {
  const large = samplingFor("Llama-3-8B-Instruct-q4f16_1-MLC", false);
  assert.notDeepEqual(samplingFor("SmolLM2-135M-Instruct-q0f32-MLC", false), large);
  assert.deepEqual(samplingFor("Llama-3.2-1B-Instruct-q4f32_1-MLC", false), large);
  assert.deepEqual(samplingFor("model", false), large);
});

test("the answer may have tokens for each card, by the limits of its sides", () => {
  const [one, two] = [1, 2].map((count) => maxTokensFor(count, { front: 24, back: 32 }));
  assert.equal(two - one, 240);
  assert.ok(maxTokensFor(1, { front: 6, back: 32 }) < one);
  assert.equal(maxTokensFor(2) - maxTokensFor(1), 200);
});

test("an engine of a small model gets another temperature when it is asked for the rest", async () => {
  const server = new Server();
  const engine = new Engine();
  engine.facts = { ...engine.facts, modelId: "SmolLM2-135M-Instruct-Q4_1" };
  await server.connectClient({ engine });
  const limits = { front: 24, back: 32, afterGap: 0 };
  server.socket.receive(generateMessage("g", { responseFormat: { limits } }));
  await flush();
  const { options: first } = engine.run;
  engine.run.finish();
  await flush();
  server.socket.receive(generateMessage("g", { responseFormat: { limits } }));
  await flush();
  const { options: second } = engine.run;
  assert.equal(engine.runs.length, 2);
  assert.notEqual(second.temperature, first.temperature);
  assert.equal(first.repetitionPenalty, second.repetitionPenalty);
  assert.equal(first.maxTokens, maxTokensFor(2, limits));
});
