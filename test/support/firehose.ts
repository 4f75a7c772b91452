import { FirehoseClient } from '@aws-sdk/client-firehose';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A Firehose API in this process that stores records and fails as it is told. */
export interface RunningFirehose {
  readonly client: FirehoseClient;
  /** The records of each call, as they came, refused or not. */
  readonly calls: readonly (readonly Buffer[])[];
  /** What was taken, in order. */
  readonly stored: readonly Buffer[];
  /** Decides over each entry of the next calls: true refuses it. @default none */
  refuse(decide: (call: number, entry: number) => boolean): void;
  /** Decides over each of the next calls as a whole: an error refuses it. @default none */
  refuseCalls(decide: (records: readonly Buffer[]) => CallError | undefined): void;
  /** Cuts the connection of that many calls: before anything is stored, or after all of it is. */
  cut(when: 'before' | 'after', calls: number): void;
  reset(): void;
  stop(): Promise<void>;
}

export interface CallError {
  /** e.g. `ValidationException` */
  readonly name: string;
  readonly message: string;
}

interface Request {
  readonly DeliveryStreamName: string;
  readonly Records: ReadonlyArray<{ readonly Data: string }>;
}

export async function startFirehose(): Promise<RunningFirehose> {
  const calls: Buffer[][] = [];
  const stored: Buffer[] = [];
  let decide = (_call: number, _entry: number): boolean => false;
  let decideCall = (_records: readonly Buffer[]): CallError | undefined => undefined;
  let cuts = { when: 'before', calls: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as Request;
      const records = Records.map(({ Data }) => Buffer.from(Data, 'base64'));
      const call = calls.push(records) - 1;
      const isCut = cuts.calls-- > 0;
      if (isCut && cuts.when === 'before') return void request.socket.destroy();
      const error = decideCall(records);
      if (error !== undefined) {
        response.statusCode = 400;
        return void response.end(JSON.stringify({ __type: error.name, message: error.message }));
      }
      const RequestResponses = records.map((record, entry) => {
        if (decide(call, entry)) return { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };
        return { RecordId: `record-${stored.push(record)}` };
      });
      if (isCut) return void request.socket.destroy();
      response.end(
        JSON.stringify({
          FailedPutCount: RequestResponses.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
          RequestResponses,
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new FirehoseClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    maxAttempts: 1,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const reset = (): void => {
    calls.length = 0;
    stored.length = 0;
    decide = () => false;
    decideCall = () => undefined;
    cuts = { when: 'before', calls: 0 };
  };
  return {
    client,
    calls,
    stored,
    reset,
    refuse: (next) => void (decide = next),
    refuseCalls: (next) => void (decideCall = next),
    cut: (when, count) => void (cuts = { when, calls: count }),
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The rows in Firehose records, as Firehose separates them: JSON lines. */
export function rowsIn(records: readonly Buffer[]): Array<Record<string, unknown>> {
  const lines = records.flatMap((record) =>
    record
      .toString()
      .split('\n')
      .filter((line) => line !== ''),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
