import { Batches } from "./make/batches.js";
import { EnginePanel } from "./engine/panel.js";
import { RequestForm } from "./make/request-form.js";
import { Writer } from "./make/writer.js";

const HIDDEN = { text: "While this tab is in the background the browser slows writing down. Keep it in front to be done sooner." };

const panel = new EnginePanel(document.getElementById("model"));
const form = new RequestForm(document.getElementById("request"));
const list = document.getElementById("batches");
const batches = new Batches(list);
const writer = new Writer(panel, (call) => watch(call));
/** The batch that is being written here, if any. @type {import("./make/batch.js").Batch|null} */
let current = null;

/** Have the model at work on a batch; one at a time. @param {import("./make/batch.js").Batch} batch @param {() => Promise<any>} work */
async function busy(batch, work) {
  if (current) return;
  setCurrent(batch);
  await work().finally(() => setCurrent(null));
}

/** @param {import("./make/batch.js").Batch} batch @param {{refresh?: boolean}} [options] */
function write(batch, options) {
  batch.element.scrollIntoView({ block: "nearest", behavior: "smooth" });
  return busy(batch, () => writer.write(batch, options));
}

/** Cards that another tab or device of this session asked for; without any, there is nothing to show. */
async function watch(call) {
  const { topic, count } = call.options;
  const batch = batches.begin({ topic, count });
  await writer.watch(batch, call);
  if (!batch.record.cards.length) batches.remove(batch);
}

function setCurrent(batch) {
  current = batch;
  form.setWriting(Boolean(batch));
}

/** What the button of a batch's notice does. */
const NEXT = {
  again: (batch) => current || write(batches.begin(batch.record.request, batch)),
  refresh: (batch) => current || write(batches.begin(batch.record.request, batch), { refresh: true }),
  rest: (batch) => write(batch),
  more: (batch) => write(reopened(batch)),
  load: () => panel.load().catch(() => {}), // the panel shows what went wrong
  choose: () => panel.choose(),
  "sign-in": () => open("/sign-in", "_blank"),
};

/** Parts that gave fewer cards than they should are asked once more. */
function reopened(batch) {
  for (const part of batch.record.parts) if (part.taken < part.count) part.state = "open";
  return batch;
}

async function useTool({ target, detail: { tool, draft } }) {
  const batch = batches.of(target);
  const tools = await import("./make/draft-tools.js");
  if (tool !== "another") tools[tool](batch, draft);
  else await busy(batch, () => tools.another(batch, draft, (at) => writer.another(batch, at)));
}

panel.addEventListener("change", () => form.tell(panel.beforehand));
form.addEventListener("generate", ({ detail }) => write(batches.begin(detail)));
form.addEventListener("stop", () => writer.stop());
list.addEventListener("batch-next", (event) => NEXT[event.detail]?.(batches.of(event.target)));
list.addEventListener("draft-tool", useTool);
addEventListener("beforeunload", (event) => current && event.preventDefault());
addEventListener("pagehide", () => current && writer.leave());
document.addEventListener("visibilitychange", () => current?.notify(document.hidden ? HIDDEN : { text: "" }));
panel.start();
