// WebLLM behind the engine interface. It runs in the engine worker and uses MLC models on the
// graphics card, through WebGPU.

import { MLCEngine, prebuiltAppConfig } from "../../vendor/web-llm/index.js";
import { addChunk, emptyAnswer, streamRequest } from "./answer.js";
import { detectWebGPU } from "./capabilities.js";
import { EngineError } from "./errors.js";
import { asWebLLMRecord } from "./models.js";
import { inMegabytes } from "./progress.js";

/**
 * One model on the graphics card.
 *
 * Call `load` first, then `generate` for one request at a time. `stop` ends the current request.
 */
export class WebLLMBackend {
  #engine = null;

  /**
   * @param {import("./models.js").CatalogueModel} model
   * @param {{onLost: (error: EngineError) => void}} events  `onLost` is called when the graphics
   *   card is lost, even between calls
   */
  constructor(model, { onLost }) {
    this.model = model;
    watchForDeviceLoss(onLost);
  }

  /** @returns {Promise<import("./index.js").EngineFacts>} */
  async load({ onProgress }) {
    const { adapter, facts } = await detectWebGPU();
    this.#requireSupport(adapter, facts);
    const record = this.#record();
    this.#engine = new MLCEngine({
      appConfig: { ...prebuiltAppConfig, model_list: [record] },
      initProgressCallback: (report) => onProgress(inMegabytes(report, this.model.downloadMb)),
    });
    await this.#engine.reload(this.model.modelId);
    return {
      engine: "webllm",
      modelId: this.model.modelId,
      adapter,
      threads: 1,
      context: this.model.context,
    };
  }

  #requireSupport(adapter, facts) {
    if (!adapter) throw new EngineError("webgpu_unavailable", { webgpu: facts });
    const missingFeatures = this.model.features.filter(
      (feature) => !adapter.features.includes(feature),
    );
    if (missingFeatures.length) throw new EngineError("webgpu_unavailable", { missingFeatures });
  }

  /**
   * Return the model's record for web-llm.
   *
   * For a model that is not local, web-llm's own record is preferred, because it may contain more
   * than the catalogue.
   */
  #record() {
    const prebuilt = prebuiltAppConfig.model_list.find(
      (record) => record.model_id === this.model.modelId,
    );
    return this.model.isLocal || !prebuilt
      ? asWebLLMRecord(this.model, self.location.origin)
      : prebuilt;
  }

  /** @returns {Promise<import("./answer.js").Answer>} */
  async generate(messages, { schema, grammar, onText, signal, ...options }) {
    const request = {
      ...streamRequest(messages, options),
      repetition_penalty: options.repetitionPenalty,
      response_format: responseFormat(schema, grammar),
    };
    const chunks = await this.#engine.chat.completions.create(request);
    const answer = emptyAnswer();
    for await (const chunk of chunks) {
      if (signal.aborted) this.#engine.interruptGenerate();
      addChunk(chunk, answer, onText);
    }
    if (signal.aborted) answer.finishReason = "abort";
    return answer;
  }

  stop() {
    this.#engine?.interruptGenerate();
  }
}

/**
 * Return the response format, with the grammar if there is one.
 *
 * A schema allows any white space, so small models can write blanks endlessly.
 */
function responseFormat(schema, grammar) {
  if (grammar) return { type: "grammar", grammar };
  return schema ? { type: "json_object", schema: JSON.stringify(schema) } : undefined;
}

/**
 * Call `onLost` when a GPU device is lost.
 *
 * web-llm does not expose its device and only logs the loss, so this function wraps the method with
 * which web-llm requests the device.
 */
function watchForDeviceLoss(onLost) {
  if (!self.GPUAdapter) return;
  const requestDevice = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    const device = await requestDevice.apply(this, args);
    device.lost.then(
      ({ reason, message }) =>
        reason !== "destroyed" && onLost(new EngineError("device_lost", undefined, message)),
    );
    return device;
  };
}
