#!/usr/bin/env node
import { endQuietlyOnClosedPipe } from '../local/cli/output.ts';
import { program } from '../local/cli/program.ts';
import { failureOf } from '../local/cli/failure.ts';
import { addOperatorCommands } from './operate/program.ts';

endQuietlyOnClosedPipe();
let exitCode = 0;
try {
  const ended = (code: number): void => void (exitCode = code);
  await addOperatorCommands(program(ended), ended).parseAsync();
} catch (error) {
  const failure = failureOf(error);
  if (failure.line !== '') process.stderr.write(`${failure.line}\n`);
  exitCode = failure.exitCode;
}
// Nothing is left to be done; an agent's open socket must not hold the process.
process.stdout.write('', () => process.exit(exitCode));
