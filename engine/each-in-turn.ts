/**
 * Does the same with each, one after the other, and lets none of them keep the others from their turn.
 *
 * @throws the first failure, once each has had its turn
 */
export async function eachInTurn<T>(all: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (const one of all) await work(one).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}
