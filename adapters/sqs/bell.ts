import { TidemarkError } from '../../engine/errors.ts';

/** What a ring says. */
export interface Bell {
  readonly exchange: string;
  /** Number of the receiver, as it was sent. */
  readonly receiver: unknown;
}

export function bellText({ exchange, receiver }: Bell): string {
  return JSON.stringify({ exchange, receiver });
}

/** @throws BELL_MALFORMED (invalid) when something else than a doorbell put it into the queue */
export function readBell(text: string): Bell {
  const { exchange, receiver } = Object(parsed(text)) as Partial<Bell>;
  if (typeof exchange === 'string') return { exchange, receiver };
  throw new TidemarkError(
    'invalid',
    'BELL_MALFORMED',
    `ring must be {"exchange": "…", "receiver": 0}, got ${text.length} characters of something else; let only the pipeline send to its queue, and purge it`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
