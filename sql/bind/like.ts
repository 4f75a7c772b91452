type Step = { readonly kind: 'any' } | { readonly kind: 'one' } | { readonly kind: 'letter'; readonly letter: string };

/**
 * A pattern of LIKE as a function: `%` is any text, `_` is one character.
 *
 * @returns undefined when `escape` stands before anything else than a sign of the pattern
 */
export function likePattern(pattern: string, escape: string | undefined): ((text: string) => boolean) | undefined {
  const letters = [...pattern];
  const steps: Step[] = [];
  for (let i = 0; i < letters.length; i++) {
    let letter = letters[i] as string;
    if (letter === escape) {
      letter = letters[++i] ?? '';
      if (letter !== '%' && letter !== '_' && letter !== escape) return undefined;
      steps.push({ kind: 'letter', letter });
    } else if (letter === '%') {
      if (steps.at(-1)?.kind !== 'any') steps.push({ kind: 'any' });
    } else steps.push(letter === '_' ? { kind: 'one' } : { kind: 'letter', letter });
  }
  return (text) => matches([...text], steps);
}

/** Only the last `%` ever has to take more: time is at most the product of both lengths. */
function matches(letters: readonly string[], steps: readonly Step[]): boolean {
  let [at, step, anyStep, anyAt] = [0, 0, -1, 0];
  while (at < letters.length) {
    const next = steps[step];
    if (next?.kind === 'any') {
      anyStep = step++;
      anyAt = at;
    } else if (next !== undefined && (next.kind === 'one' || next.letter === letters[at])) {
      step++;
      at++;
    } else if (anyStep >= 0) {
      step = anyStep + 1;
      at = ++anyAt;
    } else return false;
  }
  while (steps[step]?.kind === 'any') step++;
  return step === steps.length;
}
