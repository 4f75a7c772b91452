import type { Command } from 'commander';
import type { FlagTexts } from '../../local/cli/flags.ts';
import { command, DATA_DIR, KAFKA } from '../../local/cli/program.ts';

/** Adds what an operator asks. Each command is loaded when it is asked for. */
export function addOperatorCommands(root: Command, ended: (exitCode: number) => void): Command {
  command(
    root,
    'inspect',
    'show the log of each shard or partition: version, watermark, counts, windows, size; and verify it',
  )
    .option('--stack <name>', 'the deployed pipeline of this CloudFormation stack, instead of the one on this machine')
    .option(...KAFKA)
    .option('--json', 'one JSON object per shard or partition and line')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./inspect-command.ts')).inspectCommand(pipeline, flags)),
    );
  command(
    root,
    'explain',
    'show what a pipeline does with a record: its operators, their state and time, and the cost at rest',
  )
    .option('--mermaid', 'print a flowchart for Mermaid')
    .option('--json', 'print one JSON object')
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./explain-command.ts')).explainCommand(pipeline, flags)),
    );
  command(root, 'cost', 'what a load would cost a month on AWS, and where Managed Flink would be cheaper')
    .requiredOption('--events-per-second <n>', 'on average, e.g. 0.5 or 20000')
    .requiredOption('--keys <n>', 'different keys')
    .option('--event-bytes <n>', 'size of a record with its key (default: 200)')
    .option(
      '--kafka <kind>',
      'cluster of a topic: serverless, provisioned, express or self-managed (default: serverless)',
    )
    .option(
      '--rate <source=n>',
      'events per second of one of several sources; may be given for each (default: those without share the rest equally)',
      together,
    )
    .option(
      '--rows <exchange=n>',
      'rows that go through an exchange, per record of all sources; may be given for each (default: 1, or the final results of the windows before it)',
      together,
    )
    .option(
      '--inline-kib <n>',
      'larger bodies of log entries are objects in S3, as inlineLimitKiB of the stage (default: 8)',
    )
    .option('--flink-events-per-kpu <n>', 'what one KPU of Managed Flink gets through (default: both 10000 and 100000)')
    .option('--json', 'print one JSON object')
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./cost-command.ts')).costCommand(pipeline, flags)),
    );
  command(root, 'doctor', 'check what is there against what the design needs, and say what to do')
    .option('--stack <name>', 'the deployed pipeline of this CloudFormation stack, instead of the one on this machine')
    .option(...KAFKA)
    .option('--json', 'one JSON object per check and line')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./doctor-command.ts')).doctorCommand(pipeline, flags)),
    );
  command(root, 'accept-loss', 'let one shard or partition go on without records that cannot be counted any more')
    .requiredOption('--partition <name>', 'shard or partition, as the error of the function names it')
    .option('--source <name>', 'its stream or topic, where the pipeline reads several')
    .requiredOption('--from <offset>', 'the first offset that is left out')
    .requiredOption('--to <offset>', 'where it goes on; end: nowhere, the stream has forgotten the shard')
    .option('--dry-run', 'say what would be left out, and write nothing')
    .option('--stack <name>', 'the deployed pipeline of this CloudFormation stack, instead of the one on this machine')
    .option(...KAFKA)
    .option('--json', 'print one JSON object')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./accept-loss-command.ts')).acceptLossCommand(pipeline, flags)),
    );
  return root;
}

/** An option that may be given more than once, as one text. */
function together(text: string, before: string | undefined): string {
  return before === undefined ? text : `${before},${text}`;
}
