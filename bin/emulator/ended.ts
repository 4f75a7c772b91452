import { isKind, messageOf, TidemarkError } from '../../engine/errors.ts';

/** Runs a command to its exit code: 2 for a wrong question, 1 for anything else that goes wrong, always with one line that says why. */
export async function ended(command: () => Promise<void>): Promise<number> {
  try {
    await command();
    return 0;
  } catch (error) {
    const code = error instanceof TidemarkError ? `${error.code}: ` : '';
    process.stderr.write(`${code}${messageOf(error)}\n`);
    return isKind(error, 'invalid') ? 2 : 1;
  }
}
