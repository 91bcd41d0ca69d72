/** @param {ParentNode} root @param {string} name @returns {any} the element with this data-slot */
export function slot(root, name) {
  return root.querySelector(`[data-slot="${name}"]`);
}

/** @param {ParentNode} root @param {string} name @returns {any} the element with this data-part */
export function part(root, name) {
  return root.querySelector(`[data-part="${name}"]`);
}

/**
 * @param {ParentNode} root
 * @param {string} name
 * @returns {any} the first element with this data-action
 */
export function action(root, name) {
  return root.querySelector(`[data-action="${name}"]`);
}

/**
 * Set the text of a slot. An empty text becomes a no-break space, which keeps the line height.
 * @param {ParentNode} root
 */
export function setText(root, name, text) {
  slot(root, name).textContent = text || "\u00a0";
}

/**
 * Run the action of a button. The button is disabled until the action has finished.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
export async function withBusyButton(button, work) {
  if (button.disabled) return;
  button.disabled = true;
  await work().finally(() => (button.disabled = false));
}

/** @param {string} id of a <template> @returns {any} a copy of its element */
export function cloneTemplate(id) {
  return document.importNode(document.getElementById(id).content, true).firstElementChild;
}

const ANNOUNCE_DELAY_MS = 60;
let pendingTexts = [];

/**
 * Announce a text politely to screen readers.
 *
 * Texts that arrive within a short time are announced together, and a repeated text is announced
 * again.
 * @param {string} text
 */
export function announce(text) {
  if (pendingTexts.push(text) > 1) return;
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  setTimeout(() => {
    announcer.textContent = pendingTexts.join(" ");
    pendingTexts = [];
  }, ANNOUNCE_DELAY_MS);
}

const SHOWN_SECONDS = 5;
const OFFERED_SECONDS = 15;

/**
 * Show a message for a few seconds and announce it.
 *
 * A message with a button stays longer. No message is removed while the user hovers over it or
 * focuses its button.
 * @param {string} text
 * @param {{label: string, run: () => void, hint?: string}} [offer] a button; `hint` is announced
 *   but not shown
 * @returns {HTMLElement} the toast
 */
export function toast(text, offer) {
  const element = document.createElement("div");
  element.className = "toast";
  element.append(text);
  if (offer) element.append(offerButton(offer, element));
  document.getElementById("toasts").replaceChildren(element);
  announce(offer?.hint ? `${text} ${offer.hint}` : text);
  removeLater(element, (offer ? OFFERED_SECONDS : SHOWN_SECONDS) * 1000);
  return element;
}

function offerButton({ label, run }, element) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-button";
  button.textContent = label;
  button.addEventListener("click", () => {
    element.remove();
    run();
  });
  return button;
}

function removeLater(element, milliseconds) {
  setTimeout(
    () =>
      element.matches(":hover, :focus-within")
        ? removeLater(element, milliseconds)
        : element.remove(),
    milliseconds,
  );
}
