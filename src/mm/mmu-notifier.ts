// The notifier chain. It is the one stream with a way back: a subscriber that needs time to answer hands in a process
// while it is notified, and the operation that published goes on when all of these have ended.

import { type Observable, Subject } from 'rxjs';
import { assert } from '../engine/assert.ts';
import { probe } from '../engine/probe.ts';
import type { Process } from '../engine/process.ts';
import type { Simulation } from '../engine/simulation.ts';
import { type Hva, hva, PAGE_SIZE } from './address.ts';
import type { MmEvents } from './records.ts';

/** Why a section opens. KVM ignores it: every kind zaps. Models enum mmu_notifier_event. */
export type MmuNotifyEvent = 'clear' | 'unmap' | 'protection';

/** Asks whether a secondary MMU has accessed a range: test only, clear as well, clear and flush. */
export type AgingNotificationType = 'test-young' | 'clear-young' | 'clear-flush-young';

export interface MmuNotification {
  /**
   * `release`: the mm exits, or the subscriber leaves it. `collapsed` is the proposed notifier: the page tables of the range
   * have been switched, no pfn has changed.
   */
  readonly type: 'invalidate-range-start' | 'invalidate-range-end' | 'release' | 'collapsed' | AgingNotificationType;
  readonly event: MmuNotifyEvent;
  readonly start: Hva;
  readonly end: Hva;
  /** Number of the section; start and end of one carry the same. 0 for all that is no section. */
  readonly section: number;
  /**
   * Makes the publisher wait for `process`, which runs in the publisher's thread, as a kernel callback does. Only
   * while the subscriber is being notified. What it returns is asked of aging alone: true says that the range is young.
   */
  waitUntil(process: Process<unknown>): void;
}

/** An open start/end pair. */
export interface NotifierSection {
  readonly id: number;
  readonly event: MmuNotifyEvent;
  readonly start: Hva;
  readonly end: Hva;
  readonly openedAtNs: number;
}

/**
 * Models struct mmu_notifier_subscriptions and mmu_notifier_invalidate_range_start(), _end(), mm/mmu_notifier.c.
 *
 * Left out  Interval subscribers and non-blocking sections: no operation here has any.
 */
export class MmuNotifierChain {
  readonly #sim: Simulation;
  readonly #events: MmEvents;
  readonly #subject = new Subject<MmuNotification>();
  readonly #open = new Set<NotifierSection>();
  #waits: Process<unknown>[] | null = null;
  #sections = 0;

  /** Totals for the result: closed and open sections, ns inside start, ns from the return of start to that of end. */
  readonly stats = { sections: 0, startNs: 0, openNs: 0, collapsed: 0 };

  constructor(sim: Simulation, events: MmEvents) {
    this.#sim = sim;
    this.#events = events;
  }

  /** Hot: what is published before somebody subscribes is gone, as for a notifier that registers later. */
  get notifications$(): Observable<MmuNotification> {
    return this.#subject.asObservable();
  }

  /** Sections whose start has been called and whose end has not returned. */
  get openSections(): ReadonlySet<NotifierSection> {
    return this.#open;
  }

  /**
   * Registers a secondary MMU. Returns the function that unregisters it. What it throws stops the run: a subscriber
   * that fails in silence would leave stale mappings behind.
   *
   * Models mmu_notifier_register(). Left out: mm_take_all_locks, as nobody registers while an operation runs.
   */
  register(notified: (notification: MmuNotification) => void): () => void {
    const subscription = this.#subject.subscribe((notification) => {
      try {
        notified(notification);
      } catch (error) {
        this.#sim.fail(error);
      }
    });
    return () => subscription.unsubscribe();
  }

  /** Opens a section. When it returns, no secondary mapping of [start, end) is left and none may appear. */
  *rangeStart(event: MmuNotifyEvent, start: Hva, end: Hva): Process<NotifierSection> {
    assert(start < end, 'a notifier range is not empty');
    const openedAtNs = this.#sim.now;
    const section: NotifierSection = { id: ++this.#sections, event, start, end, openedAtNs };
    this.#open.add(section);
    this.stats.sections += 1;
    this.#record('range-start', section);
    if (probe !== null) probe.enter();
    yield* this.#publish('invalidate-range-start', section);
    if (probe !== null) probe.leave(0);
    this.stats.startNs += this.#sim.now - openedAtNs;
    this.#startedAt.set(section, this.#sim.now);
    this.#record('range-started', section);
    return section;
  }

  /** Closes it. Pairs with rangeStart; the subscribers are called in the same order, not reversed. */
  *rangeEnd(section: NotifierSection): Process<void> {
    assert(this.#open.has(section), 'a section is closed once, after its start has returned');
    if (probe !== null) probe.enter();
    yield* this.#publish('invalidate-range-end', section);
    if (probe !== null) probe.leave(0);
    this.#open.delete(section);
    this.stats.openNs += this.#sim.now - (this.#startedAt.get(section) ?? 0);
    this.#startedAt.delete(section);
    this.#record('range-end', section);
  }

  /**
   * Tells the subscribers that [start, end) has been collapsed: same pfns, nothing unmapped, no permission reduced.
   * Advisory: it cannot fail and may be dropped or repeated.
   *
   * Models nothing: no kernel has it. J. Houghton's proposal of 7 February 2023, docs/decisions/0003.
   */
  *collapsed(start: Hva, end: Hva): Process<void> {
    assert(start < end, 'a notifier range is not empty');
    const range = { id: 0, event: 'clear', start, end, openedAtNs: this.#sim.now } as const;
    this.stats.collapsed += 1;
    this.#record('collapsed', range);
    if (probe !== null) probe.enter();
    yield* this.#publish('collapsed', range);
    if (probe !== null) probe.leave(0);
    this.#record('collapsed-handled', range);
  }

  /**
   * Whether some secondary MMU has accessed the page at `address` since it was last cleared. The first that says so ends the
   * walk.
   *
   * Models   mmu_notifier_test_young(), mm/mmu_notifier.c.
   * Context  Does not sleep: the caller holds a page table lock.
   */
  *testYoung(address: Hva): Process<boolean> {
    return yield* this.#age('test-young', address, hva(address + PAGE_SIZE));
  }

  /**
   * The same, and clears what it has found. Without a flush a CPU that still holds the translation tells of no access until
   * it has let go of it.
   *
   * Models   mmu_notifier_clear_young(), mm/mmu_notifier.c.
   * Context  Does not sleep.
   */
  *clearYoung(start: Hva, end: Hva): Process<boolean> {
    return yield* this.#age('clear-young', start, end);
  }

  /**
   * The same, with a flush.
   *
   * Models   mmu_notifier_clear_flush_young(), mm/mmu_notifier.c.
   * Context  Does not sleep.
   */
  *clearFlushYoung(start: Hva, end: Hva): Process<boolean> {
    return yield* this.#age('clear-flush-young', start, end);
  }

  /**
   * The address space goes away: each subscriber drops what it has of it. No section may be open, and none opens afterwards.
   *
   * Models   mmu_notifier_release(), mm/mmu_notifier.c, as exit_mmap() calls it, or mmu_notifier_unregister() for one.
   */
  *release(): Process<void> {
    const everything = {
      id: 0,
      event: 'unmap',
      start: hva(0),
      end: hva(Number.MAX_SAFE_INTEGER),
      openedAtNs: 0,
    } as const;
    yield* this.#publish('release', everything);
  }

  readonly #startedAt = new Map<NotifierSection, number>();

  *#age(type: AgingNotificationType, start: Hva, end: Hva): Process<boolean> {
    assert(start < end, 'a notifier range is not empty');
    return yield* this.#publish(type, { id: 0, event: 'clear', start, end, openedAtNs: this.#sim.now });
  }

  /** Returns whether one of the subscribers has answered with true. */
  *#publish(type: MmuNotification['type'], section: NotifierSection): Process<boolean> {
    const waits: Process<unknown>[] = [];
    const { id, event, start, end } = section;
    this.#waits = waits;
    this.#subject.next({
      type,
      event,
      start,
      end,
      section: id,
      waitUntil: (process) => {
        assert(this.#waits === waits, 'waitUntil is called while the subscriber is notified');
        waits.push(process);
      },
    });
    this.#waits = null;
    let isYoung = false;
    for (const process of waits) {
      if ((yield* process) === true) isYoung = true;
      if (isYoung && type === 'test-young') return true;
    }
    return isYoung;
  }

  #record(type: 'range-start' | 'range-started' | 'range-end' | 'collapsed' | 'collapsed-handled', s: NotifierSection) {
    const { channel } = this.#events;
    if (!channel.observed) return;
    const { now, current } = this.#sim;
    channel.publish({ type, simTimeNs: now, task: current.name, section: s.id, start: s.start, end: s.end });
  }
}
