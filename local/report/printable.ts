/** What could move the cursor, ring, or turn the writing direction. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu;

/** Text from the outside, safe for a terminal and short enough for a table. */
export function printable(text: string, maxLength = 60): string {
  const safe = text
    .slice(0, maxLength + 1)
    .replace(UNSAFE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  return safe.length > maxLength ? `${safe.slice(0, maxLength - 1)}…` : safe;
}
