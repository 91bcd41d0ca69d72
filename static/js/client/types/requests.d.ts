/** Sends requests to the server, across reconnects, and cancels them. */
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
    /**
     * Send all pending requests again, because the last messages may not have arrived.
     *
     * The server runs each request ID only once.
     */
    resend(): void;
    handleUp(): void;
    /**
     * Fail the requests that have waited too long for the server's first response.
     *
     * Requests that the server has accepted keep waiting.
     * @param {any} [reason]
     */
    handleDown(reason?: any): void;
    /**
     * Cancel a call.
     *
     * The call ends when the server confirms this, so cards on their way still arrive. If the server
     * cannot be reached, the call ends immediately.
     */
    cancel(call: any): void;
    #private;
}
