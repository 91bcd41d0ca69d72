import { setUpChoosing } from "./import/file-picker.js";
import { look, Work } from "./import/job.js";
import { showReport } from "./import/report.js";
import { TableForm } from "./import/table-form.js";
import { action, announce, part, say, slot } from "./lib/dom.js";
import { advice } from "./lib/error-messages.js";

const STAGES = ["choose", "work", "table", "report"];
const TABLE_NAME = /\.(csv|tsv|txt)$/i;
const MEGABYTE = 2 ** 20;

const page = document.getElementById("import");
const table = new TableForm(part(page, "table"));
let file = null;
let work = null;

/**
 * Show one stage alone, and put the reader there.
 * @param {"choose"|"work"|"table"|"report"} stage
 */
function go(stage) {
  page.dataset.stage = stage;
  for (const name of STAGES) part(page, name).hidden = name !== stage;
  part(page, stage).querySelector("h2")?.focus();
}

/** A table is looked at first; all else says itself what its cards are. @param {File} chosen */
async function take(chosen) {
  file = chosen;
  showFailure(null);
  if (!file.size) return showFailure({ message: "This file is empty. Choose another." });
  if (file.size > page.dataset.megabytes * MEGABYTE) return showFailure({ message: tooLarge() });
  table.reset();
  await (TABLE_NAME.test(file.name) ? lookAtTable() : run({}));
}

function tooLarge() {
  return `This file is larger than ${page.dataset.megabytes} MB. Export it without pictures and sounds, or fewer cards at a time.`;
}

async function lookAtTable(values = {}) {
  try {
    const preview = await look(file, values);
    if (preview.format !== "table") return await run({});
    table.show(preview, file.name);
    if (page.dataset.stage !== "table") go("table");
    announce(`${preview.rowCount} rows, ${preview.columns.length} columns`);
  } catch (error) {
    showFailure(error);
  }
}

async function run(values) {
  const cameFrom = page.dataset.stage;
  work = new Work(part(page, "work"));
  say(page, "work-title", `Importing ${file.name}`);
  go("work");
  try {
    report(await work.run(file, values));
  } catch (error) {
    go(cameFrom === "table" ? "table" : "choose");
    showFailure(
      error.name === "AbortError"
        ? { message: "The import was cancelled: nothing was saved." }
        : error,
    );
  }
}

function report(result) {
  const title = showReport(part(page, "report"), result, "/decks");
  go("report");
  announce(title);
}

function showFailure(error) {
  part(page, "failure").hidden = !error;
  slot(page, "failure").textContent = error
    ? error.code
      ? advice(error).text
      : error.message
    : "";
}

function again() {
  showFailure(null);
  go("choose");
}

setUpChoosing(page, take);
table.addEventListener("look", () => lookAtTable(table.reading));
table.addEventListener("import", () => run(table.values));
action(page, "cancel").addEventListener("click", () => work?.cancel());
for (const button of page.querySelectorAll('[data-action="again"]'))
  button.addEventListener("click", again);
addEventListener(
  "beforeunload",
  (event) => page.dataset.stage === "work" && event.preventDefault(),
);
