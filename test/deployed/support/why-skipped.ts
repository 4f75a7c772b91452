/** Environment variable that the global setup sets when there can be no emulator on this machine: the reason. */
export const WHY_SKIPPED = 'TIDEMARK_DEPLOYED_SKIPPED';
