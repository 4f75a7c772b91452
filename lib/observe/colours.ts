/** One meaning, one colour, on the whole dashboard; told apart by those who do not see red and green as well. */
export const COLOURS = Object.freeze({
  /** Comes from outside. */
  source: '#7f7f7f',
  /** Done, as it should be. */
  good: '#1f77b4',
  /** Worth a look. */
  warn: '#ff7f0e',
  /** Somebody must act. */
  bad: '#d62728',
  /** The same, seen from another side. */
  other: '#17becf',
});
