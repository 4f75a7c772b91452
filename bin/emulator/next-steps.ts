import type { EmulatorPlace } from './environment.ts';

/** What a stack tells of itself, by the names of its outputs. */
export type StackOutputs = Readonly<Record<string, string>>;

/** How to go on with a stack that has just been deployed, as lines for a shell. */
export function nextSteps(stack: string, outputs: StackOutputs, { endpoint, variables }: EmulatorPlace): string {
  const pipeline = stack.replace(/^Tidemark-(.*)-[a-z]+$/, '$1');
  const { StreamName: stream, ResultsTableName: table, LakeBucketName: lake } = outputs;
  return [
    `# ${stack} is deployed to ${endpoint}. Any AWS client goes there with:`,
    `export ${Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    '',
    ...(stream === undefined
      ? []
      : [
          '# send records: one JSON object each, its key as the partition key',
          `aws kinesis put-record --stream-name ${stream} --partition-key KEY --cli-binary-format raw-in-base64-out --data '{…}'`,
        ]),
    ...(table === undefined ? [] : ['# read results', `aws dynamodb scan --table-name ${table}`]),
    ...(lake === undefined
      ? []
      : ['# results, late records and dead letters as files', `aws s3 ls --recursive s3://${lake}`]),
    '# see whether all is well',
    `npx tidemark doctor ${pipeline} --stack ${stack}`,
    '# take it away',
    'npm run destroy:local',
    '',
  ].join('\n');
}
