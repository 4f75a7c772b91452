/** The text of a function of the pipeline, on one line: for people, and to see that it has changed. */
export function codeText(code: (...given: never[]) => unknown): string {
  return code.toString().replaceAll(/\s+/g, ' ').trim();
}
