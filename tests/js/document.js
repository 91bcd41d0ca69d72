/**
 * An empty document for modules that look up elements when they are loaded. Import it before those
 * modules.
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
