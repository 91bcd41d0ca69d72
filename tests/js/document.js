/**
 * A document without content, for modules that look up the elements of their page when they are
 * loaded. Import it before them.
 */
const element = () =>
  Object.assign(new EventTarget(), {
    dataset: {},
    querySelector: element,
    querySelectorAll: () => [],
  });

globalThis.document = /** @type {any} */ (
  Object.assign(element(), { body: element(), getElementById: element })
);
globalThis.addEventListener = () => {};
