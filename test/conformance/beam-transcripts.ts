/** The format of Beam's trigger transcripts, and what its words are in the DSL. */
import { everyRecords, hopping, session, tumbling } from '../../engine/index.ts';
import type { WindowSettings } from '../../engine/dsl/window-settings.ts';
import type { Windows } from '../../engine/window/windows.ts';

export interface Pane {
  /** First and last moment: the end is inclusive. */
  readonly window: readonly [number, number];
  readonly values: readonly number[];
  readonly timestamp?: number;
  readonly early?: boolean;
  readonly late?: boolean;
  readonly final?: boolean;
  readonly index?: number;
  readonly nonspeculativeIndex?: number;
}

export interface Step {
  /** One bundle of elements: an element is its own event time. */
  readonly input?: readonly number[];
  readonly watermark?: number;
  /** All that the step before it caused. */
  readonly expect?: readonly Pane[];
}

export type TimestampCombiner = 'OUTPUT_AT_EOW' | 'OUTPUT_AT_EARLIEST' | 'OUTPUT_AT_LATEST';

export interface Transcript {
  readonly name: string;
  readonly window: string;
  readonly trigger: string;
  readonly timestampCombiner?: TimestampCombiner;
  readonly accumulationMode?: 'accumulating' | 'discarding';
  readonly transcript: readonly Step[];
}

const KNOWN = ['name', 'window', 'trigger', 'timestampCombiner', 'accumulationMode', 'transcript'];
/** Beam's default of these cases: whatever comes late still counts. */
const UNLIMITED_MS = 8_640_000_000_000_000;

export interface Translation {
  readonly windows: Windows;
  readonly settings: WindowSettings;
  /** A count trigger is at work: Beam looks at it after a bundle, Tidemark after each record. */
  readonly countsRecords: boolean;
}

/** @returns the reason where there is no translation */
export function translated(given: Transcript): Translation | string {
  const unknown = Object.keys(given).filter((name) => !KNOWN.includes(name));
  if (unknown.length > 0) return `unknown settings: ${unknown.join(', ')}`;
  const windows = windowsOf(given.window);
  if (windows === undefined) return `no counterpart of the window function ${given.window}`;
  const trigger = triggerOf(given.trigger);
  if (trigger === undefined) return `no counterpart of the trigger ${given.trigger}`;
  return {
    windows,
    settings: { ...trigger, accumulation: given.accumulationMode ?? 'accumulating' },
    countsRecords: given.trigger.includes('AfterCount'),
  };
}

function windowsOf(text: string): Windows | undefined {
  const [, name, numbers = ''] = /^(\w+)\(([\d, ]*)\)$/.exec(text) ?? [];
  const [first = 0, second = 0] = numbers.split(',').map(Number);
  const known: Readonly<Record<string, () => Windows>> = {
    FixedWindows: () => tumbling({ sizeMs: first }),
    SlidingWindows: () => hopping({ sizeMs: first, advanceMs: second }),
    Sessions: () => session({ gapMs: first }),
  };
  return known[name ?? '']?.();
}

/** Without a late trigger Beam's `AfterWatermark` has finished at the window's end: what comes then is dropped. */
function triggerOf(text: string): Pick<WindowSettings, 'trigger' | 'allowedLatenessMs'> | undefined {
  if (text === 'Default') return { allowedLatenessMs: UNLIMITED_MS };
  const found = /^AfterWatermark\((?:early=AfterCount\((\d+)\))?(?:, )?(?:late=AfterCount\((\d+)\))?\)$/.exec(text);
  if (found === null) return undefined;
  const [, early, late] = found;
  const repeats = {
    ...(early === undefined ? {} : { early: everyRecords(Number(early)) }),
    ...(late === undefined ? {} : { late: everyRecords(Number(late)) }),
  };
  return { trigger: repeats, allowedLatenessMs: late === undefined ? 0 : UNLIMITED_MS };
}
