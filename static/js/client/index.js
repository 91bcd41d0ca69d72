/**
 * @mindflip/webllm-client: flashcards from a MindFlip server, written by language models in
 *   browsers.
 */
export { Call } from "./call.js";
export { ApiError, ConnectionError, GenerationError, MindFlipError } from "./errors.js";
export { CardStream, parseCards, parseFlashcards } from "./parse.js";
export { Rest } from "./rest.js";
export { MemoryStore, Sessions } from "./sessions.js";
export { WebLLMClient } from "./webllm-client.js";
