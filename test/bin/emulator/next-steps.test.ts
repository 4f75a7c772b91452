import { describe, expect, it } from '@jest/globals';
import { emulatorPlace } from '../../../bin/emulator/environment.ts';
import { nextSteps } from '../../../bin/emulator/next-steps.ts';

const place = emulatorPlace({});

describe('nextSteps', () => {
  it('names the stream, the table and the bucket of this stack, as commands', () => {
    const text = nextSteps(
      'Tidemark-my-flights-dev',
      { StreamName: 's', ResultsTableName: 't', LakeBucketName: 'b' },
      place,
    );
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test',
      "aws kinesis put-record --stream-name s --partition-key KEY --cli-binary-format raw-in-base64-out --data '{…}'",
      'aws dynamodb scan --table-name t',
      'aws s3 ls --recursive s3://b',
      'npx tidemark doctor my-flights --stack Tidemark-my-flights-dev',
      'npm run destroy:local',
    ]);
  });

  it('leaves out what the stack does not have', () => {
    expect(nextSteps('Tidemark-flights-dev', {}, place)).not.toMatch(/^aws /m);
  });
});
