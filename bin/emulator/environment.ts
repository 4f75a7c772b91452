import { requireSetting, TidemarkError } from '../../engine/errors.ts';

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Where an emulator is, and the variables that make every AWS client of a process go there and nowhere else. */
export interface EmulatorPlace {
  readonly endpoint: string;
  readonly region: string;
  /** The variables to set. */
  readonly variables: Readonly<
    Record<'AWS_ENDPOINT_URL' | 'AWS_REGION' | 'AWS_ACCESS_KEY_ID' | 'AWS_SECRET_ACCESS_KEY', string>
  >;
  /** The whole environment of a child process: that of the user, without accounts and endpoints of its own. */
  readonly environment: Readonly<Record<string, string>>;
}

const DEFAULT_ENDPOINT = 'http://localhost:4566';
/** What could lead a client past the emulator: profiles, credentials, endpoints of single services. */
const OF_ANOTHER_PLACE = /^(AWS_(?!CA_BUNDLE$)|CDK_DEFAULT_)/;

/**
 * The emulator that the environment names.
 *
 * @throws INVALID_SETTING when AWS_ENDPOINT_URL is no address, or one of AWS itself
 */
export function emulatorPlace(variables: Variables): EmulatorPlace {
  const endpoint = endpointOf(variables['AWS_ENDPOINT_URL'] ?? DEFAULT_ENDPOINT);
  const region = variables['AWS_REGION'] ?? variables['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const set = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  const kept = Object.entries(variables).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !OF_ANOTHER_PLACE.test(entry[0]),
  );
  return {
    endpoint,
    region,
    variables: set,
    environment: { ...Object.fromEntries(kept), ...set, AWS_EC2_METADATA_DISABLED: 'true' },
  };
}

/** `localhost` becomes 127.0.0.1: names below it, such as `bucket.localhost`, do not resolve everywhere; with an address the SDK needs none. */
function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAddress = url !== undefined && /^https?:$/.test(url.protocol);
  requireSetting(
    'AWS_ENDPOINT_URL',
    text,
    isAddress && !/(^|\.)(amazonaws\.|api\.aws$)/.test(url.hostname),
    'the http address of an emulator',
    `leave it out for ${DEFAULT_ENDPOINT}; to AWS deploys npx cdk deploy`,
  );
  return text.replace(/^(https?:\/\/)localhost(?=[:/]|$)/, '$1127.0.0.1').replace(/\/+$/, '');
}

/** @throws EMULATOR_UNREACHABLE (unavailable) when nothing answers */
export async function requireAnswer(endpoint: string, timeoutMs = 5_000): Promise<void> {
  try {
    await fetch(endpoint, { signal: AbortSignal.timeout(timeoutMs) });
  } catch (cause) {
    const { code } = Object((cause as Error).cause) as { code?: string };
    throw new TidemarkError(
      'unavailable',
      'EMULATOR_UNREACHABLE',
      `an emulator must answer at ${endpoint}, got ${code ?? (cause as Error).message}; start one (docs/localstack.md) or set AWS_ENDPOINT_URL`,
      { cause },
    );
  }
}
