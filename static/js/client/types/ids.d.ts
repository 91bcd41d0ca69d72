/** A random id; crypto.randomUUID is for secure pages only. */
export function newId(): string;
