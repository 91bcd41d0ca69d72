/** Close codes after which the same address will not work again: contract, section 2. */
const FINAL = new Set([4400, 4401, 4403, 4404, 4410]);
const WORDS = {
  4400: ["invalid_message", "The server could not read what this page sent. Reload the page."],
  4401: ["not_authenticated", "The server no longer knows this page. Sign in again."],
  4403: ["forbidden", "This account or this site may not use the server. Ask whoever runs it."],
  4404: ["session_closed", "The session was closed."],
  4410: ["session_expired", "The session ended after half an hour without use."],
};
const UNREACHABLE = ["offline", "The connection to the server broke and could not be made again."];

/**
 * The socket of a session. A drop is mended with growing pauses; what was to be said meanwhile is the business of whoever hears `up`.
 *
 * Events: `message` (detail: the object received), `up`, `down` (detail: {seconds} until the next try),
 * `ended` (detail: {code, message}; it stays down).
 */
export class SessionSocket extends EventTarget {
  #url;
  #WebSocket;
  #pauses;
  #tries = 0;
  #socket = null;
  #timer = 0;
  #isOver = false;

  /** @param {string} url @param {{WebSocket?: typeof WebSocket, pauses?: number[]}} [settings] pauses in seconds */
  constructor(url, { WebSocket = globalThis.WebSocket, pauses = [0.5, 1, 2, 4, 8, 15] } = {}) {
    super();
    this.#url = url;
    this.#WebSocket = WebSocket;
    this.#pauses = pauses;
    this.#connect();
  }

  /** Whether it can still be used; a socket that is down and tries again can. */
  get isOver() {
    return this.#isOver;
  }

  /** @param {object} message lost while the socket is down */
  send(message) {
    if (this.#socket.readyState === 1) this.#socket.send(JSON.stringify(message));
  }

  close() {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect() {
    const socket = (this.#socket = new this.#WebSocket(this.#url));
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#tell("message", JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(event);
  }

  #opened() {
    this.#tries = 0;
    this.#tell("up");
  }

  #closed({ code, reason }) {
    if (this.#isOver) return;
    if (FINAL.has(code)) this.#end(WORDS[code], reason);
    else if (this.#tries < this.#pauses.length) this.#retry(this.#pauses[this.#tries++]);
    else this.#end(UNREACHABLE);
  }

  #retry(seconds) {
    this.#tell("down", { seconds });
    this.#timer = setTimeout(() => this.#connect(), seconds * 1000);
  }

  #end([code, sentence], reason) {
    this.#isOver = true;
    this.#tell("ended", { code, message: reason || sentence });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
