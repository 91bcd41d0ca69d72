/** One generation in the hands of the engine: cards go out as they are finished, with a sign of life when none was for a while. */
export class Turn {
    /**
     * @param {object} settings
     * @param {any} settings.request  the server's `generate`
     * @param {(message: object) => boolean} settings.send
     * @param {(name: string, detail: any) => void} settings.tell
     * @param {(written: {generationId: string, index: number, card: object}) => void} settings.draft  the server may not have heard of this one
     */
    constructor({ request, send, tell, draft }: {
        request: any;
        send: (message: object) => boolean;
        tell: (name: string, detail: any) => void;
        draft: (written: {
            generationId: string;
            index: number;
            card: object;
        }) => void;
    });
    isCancelled: boolean;
    request: any;
    /** @param {import("./engines.js").Engine} engine @returns {Promise<object>} the message that answers */
    write(engine: import("./engines.js").Engine): Promise<object>;
    /** Nobody wants the rest. */
    cancel(): void;
    /** The server cannot be reached: it may have heard of nothing that it did not confirm. */
    down(): void;
    /** The socket is another one: claim the lease for it, and tell what was finished meanwhile. */
    rejoin(): void;
    #private;
}
