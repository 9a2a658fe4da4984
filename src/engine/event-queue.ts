// The queue of later events: a ladder queue (Tang, Goh and Thng, 2005) over typed arrays. It takes and gives an event in
// constant time on average, because it sorts nothing before that is due:
//
//   top       unsorted events from topStart on
//   rungs     buckets of equal width; a rung below divides one bucket of the rung above it
//   bottom    the earliest events, sorted
//
//   time ->   | bottom | rung 2 ........ | rung 1 .................... | top .......
//
// When bottom is empty, the next bucket of the lowest rung becomes bottom, or, if it holds too many events, a rung of
// its own. When there is no rung left, the top becomes one. Widths are powers of two, so finding a bucket is exact. The
// last bucket of a rung also takes what lies beyond it, up to where the rung above goes on: a rung is laid over the
// events that exist, and one timer in the far future does not widen the buckets of all others.
//
// Order at one time: equal times are always in the same part of the queue, and every part keeps the order of arrival.
// Lists are pushed at the head, and so hold the latest first.
//
// An event is a node: an index into the arrays, and the handle by which it can be cancelled. A cancelled one stays where
// it is, marked dead, until it comes up or until the dead are the majority.

import { assert } from './assert.ts';

/** What pop() returns for an event that was cancelled. */
export const DEAD = -0x8000_0000;

const NONE = -1;
const START_CAPACITY = 64;
/** Up to so many events are sorted by insertion; more of them are divided among buckets. */
const SORTED_MAX = 48;
const RUNGS_MAX = 16;
const BUCKETS_MAX = 2 ** 20;
const DEAD_MIN = 256;

class Rung {
  buckets = new Int32Array(START_CAPACITY);
  bucketCount = 0;
  /** Buckets before this one have been given to what lies below. */
  current = 0;
  eventCount = 0;
  startTime = 0;
  bucketsPerNs = 1;
}

export class EventQueue {
  /** Events in the queue, the dead ones too. */
  size = 0;
  dead = 0;
  /** Time of the earliest event, be it dead or alive; Infinity if there is none. */
  nextTime = Number.POSITIVE_INFINITY;

  // Nodes.
  private time = new Float64Array(START_CAPACITY);
  private entity = new Int32Array(START_CAPACITY);
  /** The next node of a bucket, of the top, or of the free nodes. */
  private next = new Int32Array(START_CAPACITY);
  private free = NONE;
  private nodesUsed = 0;

  private bottomTime = new Float64Array(START_CAPACITY);
  private bottomNode = new Int32Array(START_CAPACITY);
  // invariant: bottom is empty only if the queue is.
  private bottomHead = 0;
  private bottomTail = 0;

  private readonly rungs: Rung[] = [];
  private rungCount = 0;

  private top = NONE;
  private topCount = 0;
  private topStart = Number.NEGATIVE_INFINITY;
  private topMin = Number.POSITIVE_INFINITY;
  private topMax = Number.NEGATIVE_INFINITY;

  /** Returns the handle of the event. It is good until the event comes up or is cancelled. */
  push(time: number, entity: number): number {
    let node = this.free;
    if (node !== NONE) {
      this.free = this.next[node] as number;
    } else {
      node = this.nodesUsed++;
      if (node === this.time.length) this.growNodes();
    }
    this.time[node] = time;
    this.entity[node] = entity;
    if (this.size++ === 0) {
      this.bottomHead = 0;
      this.bottomTail = 1;
      this.bottomTime[0] = time;
      this.bottomNode[0] = node;
      this.topStart = time;
      this.rungCount = 0;
      this.nextTime = time;
      return node;
    }
    if (time >= this.topStart) {
      this.next[node] = this.top;
      this.top = node;
      this.topCount++;
      if (time < this.topMin) this.topMin = time;
      if (time > this.topMax) this.topMax = time;
      return node;
    }
    for (let at = 0; at < this.rungCount; at++) {
      const rung = this.rungs[at] as Rung;
      const bucket = bucketOf(rung, time);
      if (bucket < rung.current) continue;
      this.next[node] = rung.buckets[bucket] as number;
      rung.buckets[bucket] = node;
      rung.eventCount++;
      return node;
    }
    this.insertIntoBottom(time, node);
    return node;
  }

  /** Removes the earliest event and returns its entity, or DEAD. The caller has seen that there is one. */
  pop(): number {
    const node = this.bottomNode[this.bottomHead++] as number;
    const entity = this.entity[node] as number;
    this.next[node] = this.free;
    this.free = node;
    this.size--;
    if (entity === DEAD) this.dead--;
    if (this.bottomHead === this.bottomTail) this.refill();
    else this.nextTime = this.bottomTime[this.bottomHead] as number;
    return entity;
  }

  cancel(node: number): void {
    this.entity[node] = DEAD;
    this.dead++;
    // A timer that is moved again and again must not fill the memory with its former times.
    if (this.dead > DEAD_MIN && this.dead * 2 > this.size) this.sweep();
  }

  /** The event is later than all that came before it at the same time, so it goes behind them. */
  private insertIntoBottom(time: number, node: number): void {
    if (this.bottomTail === this.bottomTime.length) this.makeRoomInBottom();
    const times = this.bottomTime;
    const nodes = this.bottomNode;
    const head = this.bottomHead;
    let at = this.bottomTail++;
    while (at > head && (times[at - 1] as number) > time) {
      times[at] = times[at - 1] as number;
      nodes[at] = nodes[at - 1] as number;
      at--;
    }
    times[at] = time;
    nodes[at] = node;
    if (at === head) this.nextTime = time;
    if (this.bottomTail - head > SORTED_MAX) this.spillBottom();
  }

  /** Fills the empty bottom with the next events. */
  private refill(): void {
    this.bottomHead = 0;
    this.bottomTail = 0;
    for (;;) {
      while (this.rungCount > 0 && (this.rungs[this.rungCount - 1] as Rung).eventCount === 0) this.rungCount--;
      if (this.rungCount === 0) {
        if (this.topCount === 0) {
          this.nextTime = Number.POSITIVE_INFINITY;
          return;
        }
        if (this.takeTop()) break;
      } else if (this.takeBucket(this.rungs[this.rungCount - 1] as Rung)) break;
    }
    this.nextTime = this.bottomTime[0] as number;
  }

  /** Returns whether the top went to the bottom; else it became a rung. */
  private takeTop(): boolean {
    const list = this.top;
    const count = this.topCount;
    const min = this.topMin;
    const max = this.topMax;
    this.top = NONE;
    this.topCount = 0;
    this.topStart = max;
    this.topMin = Number.POSITIVE_INFINITY;
    this.topMax = Number.NEGATIVE_INFINITY;
    return this.lower(list, count, min, max);
  }

  /** The same for the next bucket of the lowest rung, which has events. */
  private takeBucket(rung: Rung): boolean {
    const buckets = rung.buckets;
    let bucket = rung.current;
    while (buckets[bucket] === NONE) bucket++;
    const list = buckets[bucket] as number;
    rung.current = bucket + 1;
    let count = 0;
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (let node = list; node !== NONE; node = this.next[node] as number) {
      const time = this.time[node] as number;
      if (time < min) min = time;
      if (time > max) max = time;
      count++;
    }
    rung.eventCount -= count;
    // A rung that is through makes place for the next one.
    if (rung.current === rung.bucketCount) this.rungCount--;
    return this.lower(list, count, min, max);
  }

  private lower(list: number, count: number, min: number, max: number): boolean {
    if (min === max) this.fillBottomInOrder(list, count);
    else if (count <= SORTED_MAX || this.rungCount === RUNGS_MAX) this.fillBottomSorted(list, count);
    else {
      const rung = this.addRung(count, min, max);
      this.spread(rung, this.reversed(list));
      return false;
    }
    return true;
  }

  /** All at one time: the order of arrival is the order. */
  private fillBottomInOrder(list: number, count: number): void {
    this.ensureBottom(count);
    let at = count;
    for (let node = list; node !== NONE; node = this.next[node] as number) {
      this.bottomTime[--at] = this.time[node] as number;
      this.bottomNode[at] = node;
    }
    this.bottomTail = count;
  }

  /** The list comes latest first, so each one goes before its equals. */
  private fillBottomSorted(list: number, count: number): void {
    this.ensureBottom(count);
    const times = this.bottomTime;
    const nodes = this.bottomNode;
    let tail = 0;
    for (let node = list; node !== NONE; node = this.next[node] as number) {
      const time = this.time[node] as number;
      let at = tail++;
      while (at > 0 && (times[at - 1] as number) >= time) {
        times[at] = times[at - 1] as number;
        nodes[at] = nodes[at - 1] as number;
        at--;
      }
      times[at] = time;
      nodes[at] = node;
    }
    this.bottomTail = count;
  }

  /** Bottom has taken too many events between the present and the next bucket: they become a rung of their own. */
  private spillBottom(): void {
    const head = this.bottomHead;
    const tail = this.bottomTail;
    const min = this.bottomTime[head] as number;
    const max = this.bottomTime[tail - 1] as number;
    if (min === max || this.rungCount === RUNGS_MAX) return;
    const rung = this.addRung(tail - head, min, max);
    for (let at = head; at < tail; at++) {
      const node = this.bottomNode[at] as number;
      const bucket = bucketOf(rung, this.bottomTime[at] as number);
      this.next[node] = rung.buckets[bucket] as number;
      rung.buckets[bucket] = node;
    }
    this.refill();
  }

  /** A rung for so many events from min to max, still without them. */
  private addRung(count: number, min: number, max: number): Rung {
    const at = this.rungCount++;
    let rung = this.rungs[at];
    if (rung === undefined) {
      rung = new Rung();
      this.rungs[at] = rung;
    }
    const span = max - min;
    let width = 1;
    while (span / width >= Math.min(count * 2, BUCKETS_MAX)) width *= 2;
    rung.startTime = min;
    rung.bucketsPerNs = 1 / width;
    rung.bucketCount = Math.floor(span / width) + 1;
    rung.current = 0;
    rung.eventCount = count;
    if (rung.bucketCount > rung.buckets.length) {
      rung.buckets = new Int32Array(2 ** Math.ceil(Math.log2(rung.bucketCount)));
    }
    rung.buckets.fill(NONE, 0, rung.bucketCount);
    return rung;
  }

  private spread(rung: Rung, list: number): void {
    const buckets = rung.buckets;
    const next = this.next;
    for (let node = list; node !== NONE; ) {
      const following = next[node] as number;
      const bucket = bucketOf(rung, this.time[node] as number);
      next[node] = buckets[bucket] as number;
      buckets[bucket] = node;
      node = following;
    }
  }

  private reversed(list: number): number {
    const next = this.next;
    let reversed = NONE;
    for (let node = list; node !== NONE; ) {
      const following = next[node] as number;
      next[node] = reversed;
      reversed = node;
      node = following;
    }
    return reversed;
  }

  /** Takes the dead out, everywhere but at the head, so that nextTime stays what it is. */
  private sweep(): void {
    const before = this.dead;
    let kept = this.bottomHead + 1;
    for (let at = kept; at < this.bottomTail; at++) {
      const node = this.bottomNode[at] as number;
      if (this.entity[node] === DEAD) {
        this.bury(node);
        continue;
      }
      this.bottomNode[kept] = node;
      this.bottomTime[kept++] = this.bottomTime[at] as number;
    }
    this.bottomTail = kept;
    for (let at = 0; at < this.rungCount; at++) {
      const rung = this.rungs[at] as Rung;
      const dead = this.dead;
      for (let bucket = rung.current; bucket < rung.bucketCount; bucket++) {
        rung.buckets[bucket] = this.withoutDead(rung.buckets[bucket] as number);
      }
      rung.eventCount -= dead - this.dead;
    }
    const dead = this.dead;
    // topMin and topMax may be of dead events now: bounds all the same, unless none is left.
    this.top = this.withoutDead(this.top);
    this.topCount -= dead - this.dead;
    if (this.topCount === 0) {
      this.topMin = Number.POSITIVE_INFINITY;
      this.topMax = Number.NEGATIVE_INFINITY;
    }
    this.size -= before - this.dead;
    assert(this.dead <= 1, 'event queue: a dead event was not found');
  }

  private withoutDead(list: number): number {
    const next = this.next;
    let first = NONE;
    let last = NONE;
    for (let node = list; node !== NONE; ) {
      const following = next[node] as number;
      if (this.entity[node] === DEAD) {
        this.bury(node);
      } else {
        if (last === NONE) first = node;
        else next[last] = node;
        last = node;
      }
      node = following;
    }
    if (last !== NONE) next[last] = NONE;
    return first;
  }

  private bury(node: number): void {
    this.next[node] = this.free;
    this.free = node;
    this.dead--;
  }

  /** Half of the room in front of the head is enough reason to move; else the arrays grow. */
  private makeRoomInBottom(): void {
    const head = this.bottomHead;
    const tail = this.bottomTail;
    if (head > this.bottomTime.length / 2) {
      this.bottomTime.copyWithin(0, head, tail);
      this.bottomNode.copyWithin(0, head, tail);
      this.bottomHead = 0;
      this.bottomTail = tail - head;
    } else this.ensureBottom(this.bottomTime.length * 2);
  }

  private ensureBottom(count: number): void {
    if (count <= this.bottomTime.length) return;
    const capacity = 2 ** Math.ceil(Math.log2(count));
    const time = new Float64Array(capacity);
    const node = new Int32Array(capacity);
    time.set(this.bottomTime);
    node.set(this.bottomNode);
    this.bottomTime = time;
    this.bottomNode = node;
  }

  private growNodes(): void {
    const capacity = this.time.length * 2;
    const time = new Float64Array(capacity);
    const entity = new Int32Array(capacity);
    const next = new Int32Array(capacity);
    time.set(this.time);
    entity.set(this.entity);
    next.set(this.next);
    this.time = time;
    this.entity = entity;
    this.next = next;
  }
}

/** Where in the rung a time belongs: below rung.current, it belongs to what lies below the rung. */
function bucketOf(rung: Rung, time: number): number {
  const bucket = (time - rung.startTime) * rung.bucketsPerNs;
  const last = rung.bucketCount - 1;
  return bucket >= last ? last : Math.floor(bucket);
}
