// The module that `import * as webllm from "@mlc-ai/web-llm"` loads on MindFlip's pages. It is the
// npm module with this server's local models added. If you pass an appConfig, it is used unchanged.

import * as npm from "../../vendor/web-llm/index.js";
import { withLocalModels } from "./models.js";

export * from "../../vendor/web-llm/index.js";

const CATALOGUE = new URL("/api/webllm/models", import.meta.url);
let configPromise = null;

/**
 * Return web-llm's configuration with the server's local models, or without them if the server does
 * not respond.
 */
function serverAppConfig() {
  configPromise ??= fetch(CATALOGUE)
    .then((response) =>
      // eslint-disable-next-line mindflip/no-untranslated-text -- a cause for the log
      response.ok ? response.json() : Promise.reject(new Error(`HTTP ${response.status}`)),
    )
    .then(({ models }) => withLocalModels(npm.prebuiltAppConfig, models, CATALOGUE.origin))
    .catch((error) => {
      configPromise = null;
      // eslint-disable-next-line mindflip/no-untranslated-text -- a log message
      console.warn("This server's own models are not known to WebLLM:", error.message);
      return npm.prebuiltAppConfig;
    });
  return configPromise;
}

/**
 * Return an engine class that adds the server's models on `reload`, unless an appConfig was set.
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

// These have the names and signatures of web-llm's own classes and functions, which are documented
// at https://webllm.mlc.ai/docs.
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

/** Make a cache function of web-llm use the list with the server's models by default. */
function withServerList(cacheFunction) {
  return async (modelId, appConfig) =>
    cacheFunction(modelId, appConfig ?? (await serverAppConfig()));
}

export const hasModelInCache = withServerList(npm.hasModelInCache);
export const deleteModelAllInfoInCache = withServerList(npm.deleteModelAllInfoInCache);
export const deleteModelInCache = withServerList(npm.deleteModelInCache);
export const deleteChatConfigInCache = withServerList(npm.deleteChatConfigInCache);
export const deleteModelWasmInCache = withServerList(npm.deleteModelWasmInCache);
