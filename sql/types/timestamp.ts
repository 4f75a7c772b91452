/** Texts of times. The zone is UTC where a text names none. */
const TEXT = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * @returns ms since 1970; what is below a millisecond is cut. undefined: it is no time
 * @example parseTimestamp('2001-01-01 10:30:00') // 978345000000
 */
export function parseTimestamp(text: string): number | undefined {
  const match = TEXT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match;
  const wallMs = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`,
  );
  // 30 February is read as 2 March, 24:00 as the next day.
  if (Number.isNaN(wallMs) || !new Date(wallMs).toISOString().startsWith(`${year}-${month}-${day}T${hour}:`))
    return undefined;
  const zoneMs = zone === 'Z' ? 0 : zoneOffsetMs(zone);
  return zoneMs === undefined ? undefined : wallMs - zoneMs;
}

function zoneOffsetMs(zone: string): number | undefined {
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 18 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** @example timestampText(978345000000) // '2001-01-01 10:30:00.000' */
export function timestampText(ms: number): string {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
}
