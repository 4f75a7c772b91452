import { Command } from 'commander';
import type { FlagTexts } from './flags.ts';
import { DEFAULT_DATA_DIR } from './local-options.ts';

export const DATA_DIR = ['--data-dir <dir>', `where everything is kept (default: ${DEFAULT_DATA_DIR})`] as const;
export const KAFKA = ['--kafka <host:port>', 'brokers of your own, for a pipeline that reads Kafka'] as const;
export const SOURCE = [
  '--source <name>',
  'the stream or topic that gets them, of a pipeline that reads several',
] as const;
const PIPELINE = ['<pipeline>', 'a name in pipelines/, or the path of a .ts or .sql file'] as const;

/** The command line. Each command is loaded when it is asked for, so that help comes at once. */
export function program(ended: (exitCode: number) => void): Command {
  const root = new Command('tidemark').description(
    'Event-time stream processing on AWS Lambda and DynamoDB, and here on this machine.',
  );
  root.exitOverride().configureOutput({
    outputError: (text, write) =>
      write(
        `tidemark: ${text
          .trim()
          .replace(/^error: /, '')
          .replace(/\.$/, '')
          .replaceAll('\n', ' ')}; see tidemark --help\n`,
      ),
  });
  addLocal(root, ended);
  addReaders(root, ended);
  command(
    root,
    'send',
    'put the lines of a file (or of stdin: -) into the local stream, or into the topic of your own brokers',
  )
    .argument('<file>', 'one record per line, plain or gzip, or - for stdin')
    .option(...SOURCE)
    .option(...KAFKA)
    .option(...DATA_DIR)
    .action(async (pipeline: string, file: string, flags: FlagTexts) =>
      ended(await (await import('./send-command.ts')).sendCommand(pipeline, file, flags)),
    );
  root.addHelpText(
    'after',
    '\nExamples:\n  tidemark local flights --exit\n  tidemark results flights --key ATL\n  tidemark outputs fraud\n  tidemark send flights more.ndjson',
  );
  return root;
}

function addLocal(root: Command, ended: (exitCode: number) => void): void {
  command(root, 'local', 'run a pipeline on this machine, with its real bundle; goes on where it was')
    .option(
      '--records <n>',
      'how many records of the input (of each source) to take (default: as many of the embedded one as show what it does, all of a file)',
    )
    .option('--skip <n>', 'leave out the first n records of the input')
    .option('--input <file>', 'one record per line, plain or gzip, instead of the embedded input')
    .option(...SOURCE)
    .option('--rate <n>', 'put at most n records per second')
    .option('--shards <n>', 'shards of a new stream (default: 4)')
    .option(...KAFKA)
    .option('--fresh', "forget this pipeline's data first")
    .option('--exit', 'end when the input is drained')
    .option('--json', 'print one JSON object on stdout, nothing else')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./local-command.ts')).localCommand(pipeline, flags)),
    );
}

function addReaders(root: Command, ended: (exitCode: number) => void): void {
  command(root, 'results', 'list the newest revision of each window')
    .option('--key <key>', 'of this key only')
    .option('--json', 'one JSON row per line')
    .option(...DATA_DIR)
    .action(async (pipeline: string, flags: FlagTexts) =>
      ended(await (await import('./results-command.ts')).resultsCommand(pipeline, flags)),
    );
  const folders = {
    late: 'list the records that came after their window had closed',
    'dead-letters': 'list the records that could not be counted, with the reason',
    outputs: 'list what a pipeline has sent beside its results',
  } as const;
  for (const folder of ['late', 'dead-letters', 'outputs'] as const) {
    command(root, folder, folders[folder])
      .option('--json', 'one JSON row per line')
      .option(...DATA_DIR)
      .action(async (pipeline: string, flags: FlagTexts) =>
        ended(await (await import('./lake-command.ts')).lakeCommand(folder, pipeline, flags)),
      );
  }
}

/** A command about one pipeline. */
export function command(root: Command, name: string, description: string): Command {
  return root
    .command(name)
    .description(description)
    .argument(...PIPELINE);
}
