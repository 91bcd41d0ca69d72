/** Gets requests to the server, over however many sockets, and takes them back. */
export class RequestSender {
    /**
     * @param {{calls: import("./calls.js").Calls, connection:
     *   import("./session-connection.js").SessionConnection,
     *   clock: import("./util.js").Clock}} settings
     */
    constructor({ calls, connection, clock }: {
        calls: import("./calls.js").Calls;
        connection: import("./session-connection.js").SessionConnection;
        clock: import("./util.js").Clock;
    });
    /** @param {import("./call.js").Call} call */
    submit(call: import("./call.js").Call): Promise<void>;
    /** What was said last may not have arrived: say it again. The server runs nothing twice. */
    resend(): void;
    handleUp(): void;
    /**
     * A request that the server has, waits for it; one that it never answered fails in the end.
     * @param {any} [reason]
     */
    handleDown(reason?: any): void;
    /**
     * Take it back. The server's word ends the call, so that cards on their way still come; without a
     * server it ends now.
     */
    cancel(call: any): void;
    #private;
}
