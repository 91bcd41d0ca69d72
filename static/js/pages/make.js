import { EnginePanel } from "./engine/panel.js";
import { SERVER_UNREACHABLE } from "./lib/error-messages.js";
import { read } from "./lib/storage.js";
import { RequestForm } from "./make/request-form.js";

const form = new RequestForm(document.getElementById("request"));
const panel = new EnginePanel(document.getElementById("model"), () => warmUpRequest(form.kind));
let opening = null;

/** Return the request that prepares an engine for this kind. The page contains one per kind. */
function warmUpRequest(kind) {
  return JSON.parse(document.getElementById("warm-up-requests").textContent)[kind];
}

/**
 * Load the page's controller on first use, to keep the page small until there is something to
 * generate or show.
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

/** Show what the Generate button does. The module of the rule is only loaded if there are notes. */
async function showHint() {
  const rule = form.notes ? await import("./make/rule-batch.js").catch(() => null) : null;
  const usesRule = rule?.usesRule(form.notes, panel.writerModelId);
  form.setHint(usesRule ? rule.RULE_HINT : panel.requestHint);
}

panel.addEventListener("change", () => {
  showHint();
  // Load the controller while the model is loading, so that both are ready at the same time. A
  // loaded model also generates cards for the user's other devices.
  if (["loading", "ready"].includes(panel.state)) loadPage().catch(() => {});
});
form.addEventListener("change", showHint);
form.addEventListener("generate", generate);
// Instant cards are made of notes even if the connection is lost in the meantime.
form.addEventListener("notes", () => loadPage().catch(() => {}));
form.addEventListener("stop", () => opening?.then((page) => page.stop()));
const hasDrafts = document.getElementById("drafts").dataset.count !== "0";
if (hasDrafts || read("batches") || read("request")?.notes) loadPage().catch(() => {});
panel.start();
