/** The exit code of a process that a signal ended, as shells count it. */
const CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface StopSignal {
  readonly signal: AbortSignal;
  /** 130 or 143 once one came, else 0. */
  exitCode(): number;
}

/** Ctrl-C and SIGTERM ask to stop; a second one does not wait for that. */
export function listenForStop(): StopSignal {
  const controller = new AbortController();
  let exitCode = 0;
  for (const [name, code] of Object.entries(CODES)) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      exitCode = code;
      controller.abort();
    });
  }
  return { signal: controller.signal, exitCode: () => exitCode };
}
