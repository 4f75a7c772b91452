/** `npm run destroy:local [-- STACKS]`: takes the stacks of pipelines, or those that are named, from the emulator at AWS_ENDPOINT_URL. */
import { parseArgs } from 'node:util';
import { emulatorClients } from './clients.ts';
import { ended } from './ended.ts';
import { emulatorPlace, requireAnswer } from './environment.ts';
import { deleteStack, pipelineStacks } from './stacks.ts';

process.exitCode = await ended(async () => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const place = emulatorPlace(process.env);
  await requireAnswer(place.endpoint);
  const clients = emulatorClients(place);
  const stacks = positionals.length > 0 ? positionals : await pipelineStacks(clients);
  if (stacks.length === 0) process.stdout.write(`no pipeline is deployed to ${place.endpoint}\n`);
  for (const stack of stacks) {
    await deleteStack(clients, stack);
    process.stdout.write(`${stack} is gone from ${place.endpoint}\n`);
  }
});
