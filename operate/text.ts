/** @example grouped(1234567) // '1,234,567' */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** @example bytesText(1_536) // '1.5 KB' */
export function bytesText(bytes: number): string {
  if (bytes < 1_024) return `${bytes} B`;
  const [size, unit] =
    bytes < 1_048_576
      ? [bytes / 1_024, 'KB']
      : bytes < 1_073_741_824
        ? [bytes / 1_048_576, 'MB']
        : [bytes / 1_073_741_824, 'GB'];
  return `${size.toFixed(1)} ${unit}`;
}

/** @example durationText(5_400_000) // '1h 30m' */
export function durationText(durationMs: number): string {
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 1) return `${Math.round(durationMs)}ms`;
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ');
}
