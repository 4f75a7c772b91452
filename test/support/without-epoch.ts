type Line = Readonly<Record<string, unknown>>;

/**
 * A line as a log with the epoch 0 would have said it. The epoch is the time at which a log began, so two runs over the same
 * records have two, in a field and in ids; whoever compares them byte for byte leaves it out, and nothing else.
 */
export function withoutEpoch({ logEpochMs, ...line }: Line): Line {
  if (typeof logEpochMs !== 'number')
    throw new Error(`a line of a run must bear the epoch of its log, got ${JSON.stringify(line)}`);
  const { id } = line;
  return typeof id === 'string' ? { ...line, id: id.replace(new RegExp(`/${logEpochMs}[./]`), '/') } : line;
}

/** The same for NDJSON text, line by line. */
export function textWithoutEpoch(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.stringify(withoutEpoch(JSON.parse(line) as Line)))
    .join('\n');
}
