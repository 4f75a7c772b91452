import { describe, expect, it } from '@jest/globals';
import { bytesText, durationText } from '../../operate/text.ts';

describe('text for people', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KB'],
    [5 * 1_048_576, '5.0 MB'],
    [2 * 1_073_741_824, '2.0 GB'],
  ])('shows %d bytes as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it.each([
    [0, '0ms'],
    [37, '37ms'],
    [5_000, '5s'],
    [90_000, '1m 30s'],
    [3_600_000, '1h'],
    [5_400_000, '1h 30m'],
    [90_000_000, '1d 1h'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
