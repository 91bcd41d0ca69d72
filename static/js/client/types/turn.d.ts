/** One generation in the hands of the engine: cards go out as they are finished, with a sign of life when none was for a while. */
export class Turn {
    /**
     * @param {object} settings
     * @param {any} settings.request  the server's `generate`
     * @param {(message: object) => boolean} settings.send
     * @param {(name: string, detail: any) => void} settings.tell
     */
    constructor({ request, send, tell }: {
        request: any;
        send: (message: object) => boolean;
        tell: (name: string, detail: any) => void;
    });
    isCancelled: boolean;
    request: any;
    /** @param {import("./engines.js").Engine} engine @returns {Promise<object>} the message that answers */
    write(engine: import("./engines.js").Engine): Promise<object>;
    /** Nobody wants the rest. */
    cancel(): void;
    /** The socket is another one: claim the lease for it, and tell what was finished meanwhile. */
    rejoin(): void;
    #private;
}
