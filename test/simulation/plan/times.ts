/** When simulated time begins [ms since 1970]. */
export const START_MS = 1_000_000_000;

/** Faults stop when this much virtual time has passed; then everything must come out. */
export const FAULTS_UNTIL_MS = 1_800_000;
