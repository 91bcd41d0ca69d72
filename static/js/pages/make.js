import { EnginePanel } from "./engine/panel.js";
import { SERVER_UNREACHABLE } from "./lib/error-messages.js";
import { read } from "./lib/storage.js";
import { RequestForm } from "./make/request-form.js";

const panel = new EnginePanel(document.getElementById("model"));
const form = new RequestForm(document.getElementById("request"));
let opening = null;

/**
 * What writes cards is loaded once there is something to write or to show: a first page stays
 * light.
 */
function loadPage() {
  opening ??= createPage();
  opening.catch(() => (opening = null));
  return opening;
}

async function createPage() {
  const { GeneratePage } = await import("./make/controller.js");
  return new GeneratePage({ panel, form, list: document.getElementById("batches") });
}

async function generate({ detail }) {
  form.setWriting(true);
  try {
    await (await loadPage()).generate(detail);
  } catch {
    form.setWriting(false);
    form.setHint(SERVER_UNREACHABLE);
  }
}

panel.addEventListener("change", () => {
  form.setHint(panel.requestHint);
  // beside the model, so that both are there together; a loaded one writes for the user's other
  // devices, too
  if (["loading", "ready"].includes(panel.state)) loadPage().catch(() => {});
});
form.addEventListener("generate", generate);
form.addEventListener("stop", () => opening?.then((page) => page.stop()));
if (read("batches")) loadPage().catch(() => {});
panel.start();
