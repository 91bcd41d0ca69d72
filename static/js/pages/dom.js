/** @param {ParentNode} root @param {string} name @returns {any} the element with this data-slot */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** @param {ParentNode} root @param {string} name @returns {any} the element with this data-part */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/** @param {ParentNode} root @param {string} name @returns {any} the first element with this data-action */
export function action(root, name) {
  return root.querySelector(`[data-action="${name}"]`);
}

/** Put text into a slot; a no-break space keeps the line's height when there is none. @param {ParentNode} root */
export function say(root, name, text) {
  slot(root, name).textContent = text || "\u00a0";
}

/** Do the work behind a button, once however often it is pressed meanwhile. @param {HTMLButtonElement} button @param {() => Promise<void>} work */
export async function once(button, work) {
  if (button.disabled) return;
  button.disabled = true;
  await work().finally(() => (button.disabled = false));
}

/** @param {string} id of a <template> @returns {any} a copy of its element */
export function fromMould(id) {
  return document.importNode(document.getElementById(id).content, true).firstElementChild;
}
