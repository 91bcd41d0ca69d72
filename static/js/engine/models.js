// Catalogue entries in the form that the engines need.

/**
 * @typedef {object} CatalogueModel  An entry of GET /api/webllm/models.
 * @property {string} modelId
 * @property {string} engine    a key of ENGINES
 * @property {string} url       folder of the weights or GGUF file, relative to the server if local
 * @property {string|null} library
 * @property {number|null} downloadMb
 * @property {number|null} vramMb
 * @property {number|null} context
 * @property {string[]} features
 * @property {Record<string, unknown>} overrides
 * @property {boolean} isLocal
 */

/**
 * Return a record of web-llm's `appConfig.model_list` for a catalogue entry.
 * @param {CatalogueModel} model
 * @param {string} origin  the base of relative URLs
 */
export function asWebLLMRecord(model, origin) {
  return {
    model_id: model.modelId,
    model: new URL(model.url, origin).href,
    model_lib: new URL(model.library, origin).href,
    overrides: model.overrides,
    required_features: model.features,
    ...(model.vramMb && { vram_required_MB: model.vramMb }),
  };
}

/**
 * Return web-llm's configuration with the server's local models first in its list.
 *
 * A local model replaces a model with the same ID.
 * @param {{model_list: object[]}} prebuilt
 * @param {CatalogueModel[]} models
 * @param {string} origin
 */
export function withLocalModels(prebuilt, models, origin) {
  const local = models
    .filter((model) => model.isLocal && model.engine === "webllm")
    .map((model) => asWebLLMRecord(model, origin));
  const taken = new Set(local.map((record) => record.model_id));
  return {
    ...prebuilt,
    model_list: [...local, ...prebuilt.model_list.filter((record) => !taken.has(record.model_id))],
  };
}
