/** A planted bug may leave a promise without a listener: that is a failure of the world that runs, not of the program. */
let reason: string | undefined;
process.on('unhandledRejection', (rejection) => (reason = String(rejection)));

/** What was left without a listener so far. */
export const unhandled = (): string | undefined => reason;
