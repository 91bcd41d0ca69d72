export { Call } from "./call.js";
export { Rest } from "./rest.js";
export { WebLLMClient } from "./webllm-client.js";
export { ApiError, ConnectionError, GenerationError, MindFlipError } from "./errors.js";
export { CardStream, parseCards, parseFlashcards } from "./parse.js";
export { MemoryStore, Sessions } from "./sessions.js";
