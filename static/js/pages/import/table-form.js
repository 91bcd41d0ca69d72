import { action, cloneTemplate, part, setText, slot } from "../lib/dom.js";
import { pluralize } from "../lib/format.js";

/**
 * @typedef {object} Preview a table as the server reads it
 * @property {string} encoding
 * @property {string} delimiter
 * @property {boolean} hasHeader
 * @property {string[]} columns roles
 * @property {string[]} names
 * @property {string[][]} rows
 * @property {number} rowCount
 */

/**
 * The form in which a table's columns get their roles. Events: `preview` (read it again so),
 * `import`.
 */
export class TableForm extends EventTarget {
  #form;

  /** @param {HTMLElement} section */
  constructor(section) {
    super();
    this.section = section;
    this.#form = section.querySelector("form");
    this.#form.addEventListener("change", ({ target }) => this.#handleChange(target));
    this.#form.addEventListener("submit", (event) => this.#submit(event));
  }

  /** @param {Preview} preview @param {string} fileName */
  show(preview, fileName) {
    const { delimiter, encoding, hasHeader, deckId, name } = this.#form.elements;
    offer(delimiter, preview.delimiter);
    encoding.value = preview.encoding;
    hasHeader.checked = preview.hasHeader;
    setText(this.section, "file-name", fileName);
    setText(this.section, "row-count", pluralize(preview.rowCount, "row"));
    name.value ||= fileName.replace(/\.[^.]*$/, "");
    this.#showError("");
    this.#fill(preview);
    this.#toggleName(deckId);
    action(this.section, "import").textContent = `Import ${pluralize(preview.rowCount, "row")}`;
  }

  /** Forget what was chosen for the last file. */
  reset() {
    this.#form.reset();
    for (const field of this.#form.querySelectorAll("input[name=name]")) field.value = "";
  }

  /** How the table is to be read, as the server's form has it. @returns {Record<string, string>} */
  get readOptions() {
    const { delimiter, encoding, hasHeader } = this.#form.elements;
    return {
      delimiter: delimiter.value,
      encoding: encoding.value,
      hasHeader: String(hasHeader.checked),
    };
  }

  /** The same with what becomes of it. @returns {Record<string, string>} */
  get values() {
    const { deckId, name } = this.#form.elements;
    const into = deckId.value ? { deckId: deckId.value } : { name: name.value.trim() };
    return { ...this.readOptions, columns: this.#roles.join(","), ...into };
  }

  get #selects() {
    return [...slot(this.section, "roles").querySelectorAll("select")];
  }

  get #roles() {
    return this.#selects.map((select) => select.value);
  }

  #fill({ columns, names, rows }) {
    slot(this.section, "roles").replaceChildren(
      ...columns.map((role, index) => heading(names[index] ?? "", role)),
    );
    slot(this.section, "preview").replaceChildren(...rows.map((row) => line(row, columns.length)));
    this.#showSkipped();
  }

  #handleChange(field) {
    if (["delimiter", "encoding", "hasHeader"].includes(field.name))
      this.dispatchEvent(new Event("preview"));
    else if (field.name === "deckId") this.#toggleName(field);
    else if (field.closest("th")) this.#makeUnique(field);
  }

  /** A role belongs to one column: the one that had it is left out. */
  #makeUnique(changed) {
    for (const select of this.#selects)
      if (select !== changed && select.value === changed.value) select.value = "skip";
    this.#showSkipped();
    this.#showError("");
  }

  #showSkipped() {
    const roles = this.#roles;
    for (const row of slot(this.section, "preview").rows) {
      for (const [index, cell] of [...row.cells].entries())
        cell.toggleAttribute("data-skipped", roles[index] === "skip");
    }
  }

  #toggleName(select) {
    part(this.section, "name").hidden = Boolean(select.value);
  }

  #submit(event) {
    event.preventDefault();
    const roles = this.#roles;
    const missing = [
      roles.includes("front") || "the questions",
      roles.includes("back") || "the answers",
    ].filter((label) => label !== true);
    this.#showError(missing.length ? `Say which column holds ${missing.join(" and which ")}.` : "");
    if (missing.length) this.#selects[0]?.focus();
    else this.dispatchEvent(new Event("import"));
  }

  #showError(message) {
    slot(this.section, "error").textContent = message;
    slot(this.section, "error").hidden = !message;
  }
}

function heading(name, role) {
  const cell = cloneTemplate("role-template");
  slot(cell, "column").textContent = name;
  cell.querySelector("select").value = role;
  return cell;
}

function line(row, width) {
  const element = document.createElement("tr");
  for (let index = 0; index < width; index++) element.insertCell().textContent = row[index] ?? "";
  return element;
}

/** A sign between columns that the list does not have yet is added to it. */
function offer(select, value) {
  if (![...select.options].some((option) => option.value === value))
    select.add(new Option(value, value));
  select.value = value;
}
