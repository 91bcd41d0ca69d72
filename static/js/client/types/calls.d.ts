/** The calls of a client, and what each message means for them. */
export class Calls {
    /**
     * @param {object} settings
     * @param {(name: string, detail: any) => void} settings.emit
     * @param {import("./rest.js").Rest} settings.rest
     * @param {(seconds: number) => void} settings.scheduleResend  the server dropped something
     */
    constructor({ emit, rest, scheduleResend }: {
        emit: (name: string, detail: any) => void;
        rest: import("./rest.js").Rest;
        scheduleResend: (seconds: number) => void;
    });
    /** Those of this client that have no outcome yet, oldest first. @returns {Call[]} */
    get pending(): Call[];
    /** @param {Call} call */
    add(call: Call): void;
    /** Every open call fails of the same. @param {Error} error */
    failAll(error: Error): void;
    /** What the server shows of the session; generations of others become calls to look at. */
    session({ generations }: {
        generations: any;
    }): void;
    progress(message: any): void;
    card(message: any): void;
    /**
     * The engine here wrote what the server cannot be told of.
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
