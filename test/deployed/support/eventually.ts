import { setTimeout as wait } from 'node:timers/promises';

/** Asks until the answer is wanted. @throws with the last answer when `withinMs` are over */
export async function eventually<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
): Promise<T> {
  const startMs = Date.now();
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (Date.now() - startMs > withinMs)
      throw new Error(
        `${what} must come within ${withinMs} ms, got ${JSON.stringify(answer)?.slice(0, 2_000) ?? 'nothing'}`,
      );
    await wait(250);
  }
}
