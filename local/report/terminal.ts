/** Where people read along: lines, and below them one status that is rewritten in place. */
export interface Terminal {
  line(text: string): void;
  status(text: string): void;
  /** Removes the status. */
  clear(): void;
  /** True when a status can be rewritten. */
  readonly live: boolean;
}

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ERASE_LINE = '\r\u001b[2K';

export function terminalOn(output: Output): Terminal {
  const live = output.isTTY === true;
  let shown = '';
  const clear = (): void => {
    if (live && shown !== '') output.write(ERASE_LINE);
    shown = '';
  };
  return {
    live,
    clear,
    line(text) {
      const status = shown;
      clear();
      output.write(`${text}\n`);
      if (status !== '') this.status(status);
    },
    status(text) {
      if (!live) return void output.write(`${text}\n`);
      clear();
      shown = text.slice(0, Math.max(20, (output.columns || 80) - 1));
      output.write(shown);
    },
  };
}
