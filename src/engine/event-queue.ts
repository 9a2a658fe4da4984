// The queue of later events: a 4-ary heap over typed arrays, ordered by time and then by sequence.

const START_CAPACITY = 64;

export class EventQueue {
  size = 0;
  /** Time of the earliest event; Infinity if there is none. */
  nextTime = Number.POSITIVE_INFINITY;
  /** Sequence number of the event that pop() returned last. */
  poppedSeq = 0;
  #time = new Float64Array(START_CAPACITY);
  #seq = new Float64Array(START_CAPACITY);
  #entity = new Int32Array(START_CAPACITY);

  push(time: number, seq: number, entity: number): void {
    if (this.size === this.#time.length) this.#grow();
    const times = this.#time;
    const seqs = this.#seq;
    const entities = this.#entity;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < time || (parentTime === time && (seqs[parent] as number) < seq)) break;
      times[at] = parentTime;
      seqs[at] = seqs[parent] as number;
      entities[at] = entities[parent] as number;
      at = parent;
    }
    times[at] = time;
    seqs[at] = seq;
    entities[at] = entity;
    this.nextTime = times[0] as number;
  }

  /** Removes the earliest event and returns its entity. */
  pop(): number {
    const times = this.#time;
    const seqs = this.#seq;
    const entities = this.#entity;
    const entity = entities[0] as number;
    this.poppedSeq = seqs[0] as number;
    const size = --this.size;
    if (size === 0) {
      this.nextTime = Number.POSITIVE_INFINITY;
      return entity;
    }
    const time = times[size] as number;
    const seq = seqs[size] as number;
    let at = 0;
    for (;;) {
      const first = at * 4 + 1;
      if (first >= size) break;
      let least = first;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        const leastTime = times[least] as number;
        if (childTime < leastTime || (childTime === leastTime && (seqs[child] as number) < (seqs[least] as number)))
          least = child;
      }
      const leastTime = times[least] as number;
      if (time < leastTime || (time === leastTime && seq < (seqs[least] as number))) break;
      times[at] = leastTime;
      seqs[at] = seqs[least] as number;
      entities[at] = entities[least] as number;
      at = least;
    }
    times[at] = time;
    seqs[at] = seq;
    entities[at] = entities[size] as number;
    this.nextTime = times[0] as number;
    return entity;
  }

  /** Removes the events that are not wanted any more, and keeps the order of the others. */
  retain(isLive: (seq: number, entity: number) => boolean): void {
    const rows: [number, number, number][] = [];
    for (let at = 0; at < this.size; at++) {
      const seq = this.#seq[at] as number;
      const entity = this.#entity[at] as number;
      if (isLive(seq, entity)) rows.push([this.#time[at] as number, seq, entity]);
    }
    this.size = 0;
    this.nextTime = Number.POSITIVE_INFINITY;
    for (const [time, seq, entity] of rows) this.push(time, seq, entity);
  }

  #grow(): void {
    const grown = this.#time.length * 2;
    const time = new Float64Array(grown);
    const seq = new Float64Array(grown);
    const entity = new Int32Array(grown);
    time.set(this.#time);
    seq.set(this.#seq);
    entity.set(this.#entity);
    this.#time = time;
    this.#seq = seq;
    this.#entity = entity;
  }
}
