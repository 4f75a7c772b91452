/** Texts of records: some that the schemas take, hostile ones, and what damage makes of either. */
import type { SeededRandom } from '../simulation/world/random.ts';

const NAMES = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'name',
  'below',
  'kind',
  'toString',
  'constructor',
  '__proto__',
  '\\u005f_proto__',
];
const LEAVES = [
  ...[
    '""',
    '"x"',
    '"y"',
    '"abcd"',
    '"  Ab "',
    '"~;~"',
    '"\\u0061"',
    '"\\ud800"',
    '"\ud83d\ude00"',
    '"\\n"',
    '"https://a.b/c"',
  ],
  ...['"2001-01-01"', '"2001-01-01T00:01:00.000Z"', '"2001-13-01T00:01:00+25:00"'],
  ...['0', '-0', '1', '7', '-1', '1.5', '1e400', '5e-324', '9007199254740991', '9007199254740993', '0.1'],
  ...['true', 'false', 'null', '{}', '[]', '[1]', '[0.5,1]', '["x",1]', '{"b":1}', '{"b":"x"}', '{"kind":"x","a":1}'],
  ...['{"kind":"y"}', '[{"b":1,"c":"x"}]', '[{"name":"x","below":[]}]', 'NaN', 'undefined', '01', "'x'"],
];
const DAMAGE = ['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\ufeff', ' ', '1', '}{'];

/** One record's bytes. @param taken texts that the schema takes */
export function drawRecord(random: SeededRandom, taken: readonly string[]): Uint8Array {
  let text = random.chance(0.02) ? deep(random) : random.chance(0.3) ? drawObject(random, 0) : random.pick(taken);
  if (random.chance(0.3)) text = withOtherLeaf(random, text);
  if (random.chance(0.05)) text = ` \t${text}\n`;
  while (random.chance(0.08)) {
    const at = random.between(0, text.length);
    text = text.slice(0, at) + (random.chance(0.5) ? random.pick(DAMAGE) : '') + text.slice(at + random.between(0, 2));
  }
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > 0 && random.chance(0.02)) bytes[random.between(0, bytes.length - 1)] = random.between(0x80, 0xff);
  return random.chance(0.01) ? bytes.subarray(0, random.between(0, bytes.length)) : bytes;
}

/** One of its values is another. */
function withOtherLeaf(random: SeededRandom, text: string): string {
  const at = random.between(0, text.length);
  return text.slice(0, at) + text.slice(at).replace(/(?<=[:[,])(?:"[^"]*"(?!:)|[\w.+-]+)/, () => random.pick(LEAVES));
}

function drawObject(random: SeededRandom, depth: number): string {
  const names = random.chance(0.7)
    ? ['a', 'b', 'c', 'd']
    : Array.from({ length: random.between(0, 5) }, () => random.pick(NAMES));
  return `{${names.map((name) => `"${name}":${drawValue(random, depth)}`).join(',')}}`;
}

function drawValue(random: SeededRandom, depth: number): string {
  if (depth > 2 || random.chance(0.85)) return random.pick(LEAVES);
  return random.chance(0.5) ? drawObject(random, depth + 1) : `[${drawValue(random, depth + 1)}]`;
}

/** Around the limit. */
function deep(random: SeededRandom): string {
  const depth = random.between(60, 68);
  return random.chance(0.5) ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
