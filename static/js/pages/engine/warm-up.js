/**
 * Return a request that prepares a loaded engine for the first request for cards of this kind.
 *
 * With it, the engine compiles the grammar of the answer, and wllama reads the messages that all
 * requests for the kind start with. This takes seconds with a large vocabulary or on a slow
 * processor. The server includes the requests in the page.
 * @param {string} kind the name of the kind in requests
 * @returns {{messages: {role: string, content: string}[], grammar: string}}
 */
export function warmUpRequest(kind) {
  return JSON.parse(document.getElementById("warm-up-requests").textContent)[kind];
}
