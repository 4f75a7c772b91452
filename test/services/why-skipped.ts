/** Environment variable that the global setup sets when this machine cannot run Java programs: the reason. */
export const WHY_SKIPPED = 'TIDEMARK_SERVICES_SKIPPED';
