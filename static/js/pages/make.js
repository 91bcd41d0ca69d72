import { EnginePanel } from "./engine/panel.js";
import { GONE } from "./lib/error-messages.js";
import { read } from "./lib/storage.js";
import { RequestForm } from "./make/request-form.js";

const panel = new EnginePanel(document.getElementById("model"));
const form = new RequestForm(document.getElementById("request"));
let opening = null;

/**
 * What writes cards is loaded once there is something to write or to show: a first page stays
 * light.
 */
function desk() {
  opening ??= openDesk();
  opening.catch(() => (opening = null));
  return opening;
}

async function openDesk() {
  const { Desk } = await import("./make/controller.js");
  return new Desk({ panel, form, list: document.getElementById("batches") });
}

async function generate({ detail }) {
  form.setWriting(true);
  try {
    await (await desk()).generate(detail);
  } catch {
    form.setWriting(false);
    form.tell(GONE);
  }
}

panel.addEventListener("change", () => {
  form.tell(panel.beforehand);
  // beside the model, so that both are there together; a loaded one writes for the user's other
  // devices, too
  if (["loading", "ready"].includes(panel.state)) desk().catch(() => {});
});
form.addEventListener("generate", generate);
form.addEventListener("stop", () => opening?.then((one) => one.stop()));
if (read("batches")) desk().catch(() => {});
panel.start();
