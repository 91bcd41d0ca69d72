import assert from "node:assert/strict";
import { test } from "node:test";

import { asEngineError, EngineError } from "../../../static/js/engine/errors.js";

const namedError = (name, message = "") => Object.assign(new Error(message), { name });

const CASES = [
  [namedError("WebGPUNotAvailableError"), "webgpu_unavailable"],
  [namedError("ShaderF16SupportError"), "webgpu_unavailable"],
  [namedError("ModelNotFoundError"), "model_unavailable"],
  [namedError("DeviceLostError"), "device_lost"],
  [namedError("ContextWindowSizeExceededError"), "context_exceeded"],
  [new Error("the request exceeds the available context size (2048 tokens)"), "context_exceeded"],
  [new RangeError("Array buffer allocation failed"), "out_of_memory"],
  [new TypeError("Failed to fetch"), "host_unreachable"],
  [new TypeError("NetworkError when attempting to fetch resource."), "host_unreachable"],
  [new TypeError("network error"), "download_failed"],
  [new TypeError("Error in body stream"), "download_failed"],
  [new Error("Failed to fetch /models/x.gguf: HTTP 404"), "model_unavailable"],
  [
    new Error("Cannot fetch http://localhost/models/tiny/resolve/1/mlc-chat-config.json"),
    "model_unavailable",
  ],
  [new TypeError("Failed to execute 'add' on 'Cache': Request failed"), "model_unavailable"],
  [
    new TypeError("Failed to execute 'add' on 'Cache': Cache.add() encountered a network error"),
    "host_unreachable",
  ],
  [new Error("HTTP 503"), "download_failed"],
  [namedError("QuotaExceededError", "Quota exceeded."), "storage_full"],
  [new Error("GPUDevice was lost"), "device_lost"],
  [new Error("something else"), "engine_failed"],
  ["a bare string", "engine_failed"],
  [undefined, "engine_failed"],
];

for (const [thrown, code] of CASES) {
  test(`${thrown?.name ?? typeof thrown} "${thrown?.message ?? thrown}" becomes ${code}`, () => {
    const error = asEngineError(thrown);
    assert.ok(error instanceof EngineError);
    assert.equal(error.code, code);
    assert.match(error.message, /^[A-Z].*\.$/);
  });
}

test("the cause of a converted error is its original message", () => {
  assert.equal(asEngineError(new Error("wgpu: oops")).cause, "wgpu: oops");
});

test("an EngineError is returned unchanged", () => {
  const error = new EngineError("aborted");
  assert.equal(asEngineError(error), error);
});

test("a failed download is converted to download_offline if the device is offline", () => {
  for (const message of ["Failed to fetch", "network error"])
    assert.equal(
      asEngineError(new TypeError(message), { isOnline: false }).code,
      "download_offline",
    );
  assert.equal(
    asEngineError(namedError("QuotaExceededError"), { isOnline: false }).code,
    "storage_full",
  );
});

test("the message of host_unreachable starts with the host", () => {
  const { code, message } = asEngineError(new TypeError("Failed to fetch"), {
    host: "huggingface.co",
  });
  assert.equal(code, "host_unreachable");
  assert.match(message, /^huggingface\.co does not answer/);
});
