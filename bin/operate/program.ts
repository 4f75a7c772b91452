import type { Command } from 'commander';
import type { FlagTexts } from '../../local/cli/flags.ts';
import { command, DATA_DIR } from '../../local/cli/program.ts';

/** Adds what an operator asks. Each command is loaded when it is asked for. */
export function addOperatorCommands(root: Command, ended: (exitCode: number) => void): Command {
  command(root, 'inspect', "show each shard's log: version, watermark, counts, windows, size; and verify it")
    .option('--json', 'one JSON object per shard and line')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) => ended(await (await import('./inspect-command.ts')).inspectCommand(pipeline, flags)));
  return root;
}
