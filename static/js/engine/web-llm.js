// `import * as webllm from "@mlc-ai/web-llm"` on our pages: the npm module as it is, but that it
// also knows the models which this server keeps. Who gives an appConfig of his own gets exactly
// that.

import * as npm from "../../vendor/web-llm/index.js";
import { withLocalModels } from "./models.js";

export * from "../../vendor/web-llm/index.js";

const CATALOGUE = new URL("/api/webllm/models", import.meta.url);
let configPromise = null;

/**
 * web-llm's list and the server's local models; web-llm's alone when the server does not answer.
 */
function serverAppConfig() {
  configPromise ??= fetch(CATALOGUE)
    .then((response) =>
      response.ok ? response.json() : Promise.reject(new Error(`HTTP ${response.status}`)),
    )
    .then(({ models }) => withLocalModels(npm.prebuiltAppConfig, models, CATALOGUE.origin))
    .catch((error) => {
      configPromise = null;
      console.warn("This server's own models are not known to WebLLM:", error.message);
      return npm.prebuiltAppConfig;
    });
  return configPromise;
}

/**
 * An engine class whose `reload` looks up the server's models first, unless its user has set a
 * list.
 */
function withServerModels(Base) {
  return class extends Base {
    constructor(...args) {
      super(...args);
      this.hasOwnAppConfig = Boolean(args.at(-1)?.appConfig);
    }

    setAppConfig(appConfig) {
      this.hasOwnAppConfig = true;
      super.setAppConfig(appConfig);
    }

    async reload(modelId, chatOpts) {
      if (!this.hasOwnAppConfig) super.setAppConfig(await serverAppConfig());
      return super.reload(modelId, chatOpts);
    }
  };
}

// web-llm's own classes and functions by their names and signatures; https://webllm.mlc.ai/docs has
// what each does
export const MLCEngine = withServerModels(npm.MLCEngine);
export const WebWorkerMLCEngine = withServerModels(npm.WebWorkerMLCEngine);

export async function CreateMLCEngine(modelId, engineConfig, chatOpts) {
  const engine = new MLCEngine(engineConfig);
  await engine.reload(modelId, chatOpts);
  return engine;
}

export async function CreateWebWorkerMLCEngine(worker, modelId, engineConfig, chatOpts) {
  const engine = new WebWorkerMLCEngine(worker, engineConfig);
  await engine.reload(modelId, chatOpts);
  return engine;
}

/** The cache's functions take a list as their last argument, and web-llm's own one for none. */
function withServerList(cacheFunction) {
  return async (modelId, appConfig) =>
    cacheFunction(modelId, appConfig ?? (await serverAppConfig()));
}

export const hasModelInCache = withServerList(npm.hasModelInCache);
export const deleteModelAllInfoInCache = withServerList(npm.deleteModelAllInfoInCache);
export const deleteModelInCache = withServerList(npm.deleteModelInCache);
export const deleteChatConfigInCache = withServerList(npm.deleteChatConfigInCache);
export const deleteModelWasmInCache = withServerList(npm.deleteModelWasmInCache);
