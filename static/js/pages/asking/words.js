import { counted } from "../format.js";

/** Where a request stands that has given no card yet. @param {{status: string, place: number}} waiting */
export function waitingWords({ status, place }) {
  if (status !== "queued") return "Starting generation...";
  return place ? `Waiting for an engine: ${counted(place, "set")} of cards before it` : "Waiting for an engine";
}

/** @param {{state: string, seconds?: number}} connection */
export function connectionWords({ state, seconds }) {
  return state === "down" ? `The connection broke. Trying again in ${counted(seconds, "second")}; writing goes on meanwhile.` : "";
}
