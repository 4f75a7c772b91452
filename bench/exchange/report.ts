import { durationText } from '../../operate/text.ts';
import { row, tableOf, whole } from '../table.ts';
import type { ExchangeFigures } from './measure.ts';

export function exchangeText({ crossing, costs, latency, manySenders }: ExchangeFigures): string {
  const times = tableOf(['', 'median', 'rounds']);
  times.push(row('a record that stays, µs', crossing.staying, (value) => value.toFixed(1)));
  times.push(row('a record that crosses, µs', crossing.crossing, (value) => value.toFixed(1)));
  times.push(row('  crosses / stays', crossing.ratio, (value) => value.toFixed(2)));
  times.push(row('from a commit to those of all its receivers, locally, ms', latency.addedMs, whole));
  times.push(
    row(`a call that takes an entry of each of ${manySenders.senders} senders, ms`, manySenders.callMs, whole),
  );

  const units = tableOf([
    'receivers work once for',
    ...costs.map(({ paceMs }) => (paceMs === 0 ? 'each commit' : durationText(paceMs))),
  ]);
  const line = (name: string, show: (cost: ExchangeFigures['costs'][number]) => string): void =>
    void units.push([name, ...costs.map(show)]);
  line('what crosses', ({ crossing: what }) => what);
  line('write units', ({ ofExchange }) => whole(ofExchange.writeUnits));
  line('read units', ({ ofExchange }) => whole(ofExchange.readUnits));
  line('S3 PUT and LIST', ({ ofExchange }) => whole(ofExchange.puts));
  line('S3 GET', ({ ofExchange }) => whole(ofExchange.gets));
  line('requests to the queue', ({ queueRequests }) => whole(queueRequests));
  line('calls of receivers', ({ calls }) => whole(calls));
  line('US dollars for a thousand times that', ({ usd }) => usd.toFixed(2));
  line('write units with the logs of both fragments', ({ all }) => whole(all.writeUnits));
  line('bytes of the rows of a commit', ({ rowBytes }) => whole(rowBytes));
  const [cost] = costs;
  return [
    `Exchange: ${whole(crossing.records)} real flights on 4 shards by destination, to 4 receivers; the same aggregates by origin stay`,
    times.toString(),
    `Per million records for the exchange alone, in commits of ${whole(cost?.recordsPerCommit ?? 0)}, from ${whole(cost?.records ?? 0)} flights, ${cost?.isSettled === true ? 'rings full' : 'rings not full yet'}`,
    units.toString(),
    `A receiver of ${manySenders.senders} senders: positions of ${whole(manySenders.positionsBytes)} bytes in each entry, ${manySenders.writeUnits} write units a commit`,
  ].join('\n');
}
