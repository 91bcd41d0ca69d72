/** Engine errors after which the model must be reloaded. */
export const RELOAD_CODES = new Set(["device_lost", "out_of_memory"]);
