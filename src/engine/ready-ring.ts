// What is due at the present instant, in order. Work without delay never enters the queue of later events: many events at
// one instant are where a ladder queue is at its worst and a ring at its best.

const START_CAPACITY = 64;

export class ReadyRing {
  // head and tail only grow; the mask makes indices of them.
  head = 0;
  tail = 0;
  private mask = START_CAPACITY - 1;
  private entities = new Int32Array(START_CAPACITY);

  get length(): number {
    return this.tail - this.head;
  }

  push(entity: number): void {
    if (this.tail - this.head > this.mask) this.grow();
    this.entities[this.tail & this.mask] = entity;
    this.tail++;
  }

  /** The caller has seen that the ring is not empty. */
  shift(): number {
    const entity = this.entities[this.head & this.mask] as number;
    this.head++;
    // Keeps both in 31 bits, without a test at every push.
    if (this.head === this.tail) this.head = this.tail = 0;
    return entity;
  }

  private grow(): void {
    const length = this.length;
    const grown = new Int32Array((this.mask + 1) * 2);
    for (let at = 0; at < length; at++) grown[at] = this.entities[(this.head + at) & this.mask] as number;
    this.entities = grown;
    this.mask = grown.length - 1;
    this.head = 0;
    this.tail = length;
  }
}
