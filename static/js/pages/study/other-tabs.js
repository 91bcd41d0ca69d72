/**
 * Notifies the user's other tabs when a card is rated, so that they do not show it again.
 *
 * Event: `rated` (detail: the ID of the card).
 */
export class OtherTabs extends EventTarget {
  #channel;

  /** @param {string} user the ID of the signed-in user */
  constructor(user) {
    super();
    this.#channel = globalThis.BroadcastChannel && new BroadcastChannel(`mindflip:study:${user}`);
    this.#channel?.addEventListener("message", ({ data }) =>
      this.dispatchEvent(new CustomEvent("rated", { detail: data.rated })),
    );
  }

  /** @param {string} cardId */
  broadcast(cardId) {
    this.#channel?.postMessage({ rated: cardId });
  }
}
