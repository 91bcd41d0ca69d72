import { Batches } from "./make/batches.js";
import { EnginePanel } from "./engine/panel.js";
import { RequestForm } from "./make/request-form.js";
import { Writer } from "./make/writer.js";

const panel = new EnginePanel(document.getElementById("model"));
const form = new RequestForm(document.getElementById("request"));
const batches = new Batches(document.getElementById("batches"));
const writer = new Writer(panel, (call) => watch(call));
let isWriting = false;

/** @param {import("./make/batch.js").Batch} batch @param {{refresh?: boolean}} [options] */
async function write(batch, options) {
  setWriting(true);
  batch.element.scrollIntoView({ block: "nearest", behavior: "smooth" });
  await writer.write(batch, options).finally(() => setWriting(false));
}

/** Cards that another tab or device of this session asked for; without any, there is nothing to show. */
async function watch(call) {
  const { topic, count } = call.options;
  const batch = batches.begin({ topic, count });
  await writer.watch(batch, call);
  if (!batch.record.cards.length) batches.remove(batch);
}

function setWriting(value) {
  isWriting = value;
  form.setWriting(value);
}

/** What the button of a batch's notice does. */
const NEXT = {
  again: (batch) => isWriting || write(batches.begin(batch.record.request, batch)),
  refresh: (batch) => isWriting || write(batches.begin(batch.record.request, batch), { refresh: true }),
  load: () => panel.load().catch(() => {}), // the panel shows what went wrong
  choose: () => panel.choose(),
  "sign-in": () => open("/sign-in", "_blank"),
};

panel.addEventListener("change", () => form.tell(panel.beforehand));
form.addEventListener("generate", ({ detail }) => write(batches.begin(detail)));
form.addEventListener("stop", () => writer.stop());
document.getElementById("batches").addEventListener("batch-next", (event) => NEXT[event.detail]?.(batches.of(event.target)));
addEventListener("beforeunload", (event) => isWriting && event.preventDefault());
addEventListener("pagehide", () => isWriting && writer.leave());
panel.start();
