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

/** @param {string} id of a <template> @returns {any} a copy of its element */
export function fromMould(id) {
  return document.importNode(document.getElementById(id).content, true).firstElementChild;
}
