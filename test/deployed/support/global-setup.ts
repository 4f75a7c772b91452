import { installMinistack, whyNoMinistack } from './ministack.ts';
import { WHY_SKIPPED } from './why-skipped.ts';

/** Once before all files: installs MiniStack, unless an emulator is given by AWS_ENDPOINT_URL, or says why it cannot. */
export default function setup(): void {
  if (process.env['AWS_ENDPOINT_URL'] !== undefined) return;
  const reason = whyNoMinistack();
  if (reason === undefined) return installMinistack();
  process.env[WHY_SKIPPED] = reason;
  process.stderr.write(
    `test:deployed: all skipped, ${reason}; install Python 3.10 with venv and openssl, or set AWS_ENDPOINT_URL\n`,
  );
}
