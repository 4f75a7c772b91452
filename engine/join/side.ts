/** Which input of a join. */
export type Side = 'left' | 'right';

export const otherSide = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** A value on its way to a join, with the input that it is of. */
export class Sided {
  readonly side: Side;
  readonly value: unknown;

  constructor(side: Side, value: unknown) {
    this.side = side;
    this.value = value;
  }
}
