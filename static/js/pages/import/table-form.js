import { gettext, ngettext } from "../../client/i18n.js";
import { action, cloneTemplate, part, setText, slot } from "../lib/dom.js";

/**
 * @typedef {object} Preview a table as parsed by the server
 * @property {string} encoding
 * @property {string} delimiter
 * @property {boolean} hasHeader
 * @property {string[]} columns the roles of the columns
 * @property {string[]} names
 * @property {string[][]} rows
 * @property {number} rowCount
 */

/**
 * The form that assigns roles to the columns of a table.
 *
 * Events: `preview` (parse the table again with the current options), `import`.
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
    setText(
      this.section,
      "row-count",
      ngettext("%(count)s row", "%(count)s rows", preview.rowCount),
    );
    name.value ||= fileName.replace(/\.[^.]*$/, "");
    this.#showError("");
    this.#fill(preview);
    this.#toggleName(deckId);
    action(this.section, "import").textContent = ngettext(
      "Import %(count)s row",
      "Import %(count)s rows",
      preview.rowCount,
    );
  }

  /** Reset the options of the previous file. */
  reset() {
    this.#form.reset();
    for (const field of this.#form.querySelectorAll("input[name=name]")) field.value = "";
  }

  /**
   * The options for parsing the table, as form fields of the API.
   * @returns {Record<string, string>}
   */
  get readOptions() {
    const { delimiter, encoding, hasHeader } = this.#form.elements;
    return {
      delimiter: delimiter.value,
      encoding: encoding.value,
      hasHeader: String(hasHeader.checked),
    };
  }

  /**
   * All form fields of the import: the parsing options, the column roles and the target deck.
   * @returns {Record<string, string>}
   */
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

  /** Set other columns with the same role to "skip", because a role belongs to only one column. */
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
    const message = missingText(this.#roles);
    this.#showError(message);
    if (message) this.#selects[0]?.focus();
    else this.dispatchEvent(new Event("import"));
  }

  #showError(message) {
    slot(this.section, "error").textContent = message;
    slot(this.section, "error").hidden = !message;
  }
}

/** Return which required roles no column has, or "". */
function missingText(roles) {
  const [hasFront, hasBack] = [roles.includes("front"), roles.includes("back")];
  if (hasFront && hasBack) return "";
  if (hasFront) return gettext("Say which column holds the answers.");
  if (hasBack) return gettext("Say which column holds the questions.");
  return gettext("Say which column holds the questions and which the answers.");
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

/** Select a delimiter, adding it to the list if necessary. */
function offer(select, value) {
  if (![...select.options].some((option) => option.value === value))
    select.add(new Option(value, value));
  select.value = value;
}
