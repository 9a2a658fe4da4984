// The least that keeps events in order: a 4-ary heap over typed arrays, by time and then by sequence, and a loop without
// processes around it.

class Heap {
  size = 0;
  readonly time: Float64Array;
  readonly seq: Float64Array;
  readonly entity: Int32Array;

  constructor(capacity: number) {
    this.time = new Float64Array(capacity);
    this.seq = new Float64Array(capacity);
    this.entity = new Int32Array(capacity);
  }

  push(time: number, seq: number, entity: number): void {
    const { time: times, seq: seqs, entity: entities } = this;
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
  }

  /** Removes the first event. Its fields have been read at index 0. */
  pop(): void {
    const { time: times, seq: seqs, entity: entities } = this;
    const size = --this.size;
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
        if (childTime < leastTime || (childTime === leastTime && (seqs[child] as number) < (seqs[least] as number))) {
          least = child;
        }
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
  }
}

/** The hold model: take the first event, schedule it again after its next delay. */
export function heapHold(pending: number, delays: Int32Array): (count: number) => number {
  const heap = new Heap(pending + 1);
  const mask = delays.length - 1;
  let drawn = 0;
  let seq = 0;
  for (let entity = 0; entity < pending; entity++) heap.push(delays[drawn++ & mask] as number, seq++, entity);
  return (count) => {
    for (let done = 0; done < count; done++) {
      const now = heap.time[0] as number;
      const entity = heap.entity[0] as number;
      heap.pop();
      heap.push(now + (delays[drawn++ & mask] as number), seq++, entity);
    }
    return count;
  };
}
