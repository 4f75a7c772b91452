import type { Delivery, Sink, SinkReceipt } from '../../engine/ports.ts';
import { once } from './once.ts';

/** A sink that is loaded with its first delivery: a function loads clients of the services alone that its pipeline calls. */
export class LazySink implements Sink {
  readonly name: string;
  readonly #sink: () => Promise<Sink>;

  constructor(name: string, load: () => Promise<Sink>) {
    this.name = name;
    this.#sink = once(load);
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    return (await this.#sink()).deliver(delivery);
  }
}
