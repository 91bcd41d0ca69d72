import { gettext, ngettext } from "../client/i18n.js";
import { setUpFilePicker } from "./import/file-picker.js";
import { ImportJob, previewFile } from "./import/job.js";
import { showReport } from "./import/report.js";
import { TableForm } from "./import/table-form.js";
import { action, announce, part, setText, slot } from "./lib/dom.js";
import { describeError } from "./lib/error-messages.js";

const STAGES = ["choose", "progress", "table", "report"];
const TABLE_NAME = /\.(csv|tsv|txt)$/i;
const MEGABYTE = 2 ** 20;

const page = document.getElementById("import");
const table = new TableForm(part(page, "table"));
let file = null;
let job = null;

/**
 * Show one stage, hide the others, and move the focus to it.
 * @param {"choose"|"progress"|"table"|"report"} stage
 */
function showStage(stage) {
  page.dataset.stage = stage;
  for (const name of STAGES) part(page, name).hidden = name !== stage;
  part(page, stage).querySelector("h2")?.focus();
}

/** Preview a table, or import a file of another format immediately. @param {File} newFile */
async function openFile(newFile) {
  file = newFile;
  showFailure(null);
  if (!file.size) return showFailure({ message: gettext("This file is empty. Choose another.") });
  if (file.size > page.dataset.megabytes * MEGABYTE) return showFailure({ message: tooLarge() });
  table.reset();
  await (TABLE_NAME.test(file.name) ? previewTable() : run({}));
}

function tooLarge() {
  return gettext(
    "This file is larger than %(megabytes)s MB. Export it without pictures and sounds, or fewer cards at a time.",
    { megabytes: page.dataset.megabytes },
  );
}

async function previewTable(values = {}) {
  try {
    const preview = await previewFile(file, values);
    if (preview.format !== "table") return await run({});
    table.show(preview, file.name);
    if (page.dataset.stage !== "table") showStage("table");
    announce(tableSize(preview));
  } catch (error) {
    showFailure(error);
  }
}

function tableSize({ rowCount, columns }) {
  const rowsText = ngettext("%(count)s row", "%(count)s rows", rowCount);
  const columnsText = ngettext("%(count)s column", "%(count)s columns", columns.length);
  // Translators: the size of a table, such as “12 rows, 3 columns”.
  return gettext("%(rows)s, %(columns)s", { rows: rowsText, columns: columnsText });
}

async function run(values) {
  const previousStage = page.dataset.stage;
  job = new ImportJob(part(page, "progress"));
  setText(page, "progress-title", gettext("Importing %(name)s", { name: file.name }));
  showStage("progress");
  try {
    report(await job.run(file, values));
  } catch (error) {
    showStage(previousStage === "table" ? "table" : "choose");
    showFailure(
      error.name === "AbortError"
        ? { message: gettext("The import was cancelled: nothing was saved.") }
        : error,
    );
  }
}

function report(result) {
  const title = showReport(part(page, "report"), result, "/decks");
  showStage("report");
  announce(title);
}

function showFailure(error) {
  part(page, "failure").hidden = !error;
  slot(page, "failure").textContent = error
    ? error.code
      ? describeError(error).text
      : error.message
    : "";
}

function startOver() {
  showFailure(null);
  showStage("choose");
}

setUpFilePicker(page, openFile);
table.addEventListener("preview", () => previewTable(table.readOptions));
table.addEventListener("import", () => run(table.values));
action(page, "cancel").addEventListener("click", () => job?.cancel());
for (const button of page.querySelectorAll('[data-action="restart"]'))
  button.addEventListener("click", startOver);
addEventListener(
  "beforeunload",
  (event) => page.dataset.stage === "progress" && event.preventDefault(),
);
