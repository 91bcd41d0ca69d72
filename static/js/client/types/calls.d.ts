/** The calls of a client, updated from the server's messages. */
export class Calls {
    /**
     * @param {object} settings
     * @param {import("./events.js").ClientEmitter["emit"]} settings.emit
     * @param {import("./rest.js").Rest} settings.rest
     * @param {(seconds: number) => void} settings.scheduleResend  called when the server has
     *   dropped a message
     */
    constructor({ emit, rest, scheduleResend }: {
        emit: import("./events.js").ClientEmitter["emit"];
        rest: import("./rest.js").Rest;
        scheduleResend: (seconds: number) => void;
    });
    /** This client's own unfinished calls, oldest first. @returns {Call[]} */
    get pending(): Call[];
    /** @param {Call} call */
    add(call: Call): void;
    /** Fail all open calls with the same error. @param {Error} error */
    failAll(error: Error): void;
    /**
     * Update all calls from the server's snapshot of the session.
     *
     * Generations that this client did not request become remote calls. Remote calls that are missing
     * from the snapshot are looked up over REST.
     */
    session({ generations }: {
        generations: any;
    }): void;
    progress(message: any): void;
    card(message: any): void;
    /**
     * Add a card that this client's engine wrote and that the server may not have.
     * @param {{generationId: string, index: number, card: any}} entry
     */
    draft({ generationId, index, card }: {
        generationId: string;
        index: number;
        card: any;
    }): void;
    result(message: any): void;
    error(message: any): void;
    #private;
}
import { Call } from "./call.js";
