/**
 * Tells the user's other tabs which card was rated here, so that none asks it once more. Event:
 * `rated` (detail: the card's id).
 */
export class OtherTabs extends EventTarget {
  #channel;

  /** @param {string} user whose cards these are */
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
