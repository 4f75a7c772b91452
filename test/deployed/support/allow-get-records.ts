import type { StackClients } from '../../../operate/stack/clients.ts';
import { allowing } from './allow-action.ts';

/**
 * Lets the tick read from any stream while `during` runs. MiniStack does not know which stream an iterator belongs to, so it
 * refuses GetRecords to whoever may read one stream only; see docs/localstack.md.
 */
export function allowingGetRecords(clients: StackClients, stack: string, during: () => Promise<void>): Promise<void> {
  return allowing(clients, [stack], { roles: ['TickRole'], action: 'kinesis:GetRecords' }, during);
}
