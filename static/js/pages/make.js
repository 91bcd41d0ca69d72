import { EnginePanel } from "./engine/panel.js";
import { RequestForm } from "./make/request-form.js";
import { read } from "./store.js";
import { GONE } from "./words.js";

const panel = new EnginePanel(document.getElementById("model"));
const form = new RequestForm(document.getElementById("request"));
let opening = null;

/** What writes cards is loaded once there is something to write or to show: a first page stays light. */
function desk() {
  const page = { panel, form, list: document.getElementById("batches") };
  opening ??= import("./make/desk.js").then(({ Desk }) => new Desk(page));
  opening.catch(() => (opening = null));
  return opening;
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
  if (panel.state === "ready") desk().catch(() => {}); // a loaded model writes for the user's other devices, too
});
form.addEventListener("generate", generate);
form.addEventListener("stop", () => opening?.then((one) => one.stop()));
if (read("batches")) desk().catch(() => {});
panel.start();
