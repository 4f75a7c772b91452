import type { Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';

/** Looks at every result: each key once, with two readings. */
export class CountingSink implements Sink {
  readonly name = 'counting';
  readonly #keys = new Set<string>();
  #wrong = 0;

  async deliver({ outbox: { results } }: Delivery): Promise<SinkReceipt> {
    for (const { key, values } of results) {
      if (values['readings'] !== 2 || this.#keys.has(key)) this.#wrong++;
      this.#keys.add(key);
    }
    return { rows: results.length, writeUnits: 0 };
  }

  get found(): { readonly results: number; readonly wrong: number } {
    return { results: this.#keys.size, wrong: this.#wrong };
  }
}
