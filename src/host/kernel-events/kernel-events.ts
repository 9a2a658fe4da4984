// What the kernel itself reports while a measurement goes on: its tracepoints, of the operating thread and of the vCPUs'.
//
// They are asked for with perf_event_open, thread by thread, and not with an instance of tracefs: a descriptor goes with its
// process, however that ends, and an instance stays. Tracefs only says which events there are and what they look like.

import { readdirSync, readFileSync } from 'node:fs';
import { PR_TASK_PERF_EVENTS_DISABLE, PR_TASK_PERF_EVENTS_ENABLE } from '../linux.ts';
import type { System } from '../system.ts';
import { decode, type EventFormat, type FieldValue, parseFormat } from './event-format.ts';
import { ThreadRecorder } from './thread-recorder.ts';
import { openTracefs } from './tracefs.ts';

/** Groups, with the events that are wanted of them; all: whatever this kernel has. */
type WantedEvents = readonly (readonly [group: string, names: 'all' | readonly string[]])[];

const WANTED: WantedEvents = [
  ['kvm', ['kvm_unmap_hva_range', 'kvm_age_hva', 'kvm_test_age_hva', 'kvm_page_fault', 'kvm_exit', 'kvm_entry']],
  [
    'kvmmmu',
    [
      'kvm_mmu_set_spte',
      'kvm_tdp_mmu_spte_changed',
      'kvm_mmu_prepare_zap_page',
      'kvm_mmu_split_huge_page',
      'fast_page_fault',
    ],
  ],
  ['huge_memory', 'all'],
  ['mmap_lock', 'all'],
  ['tlb', 'all'],
  ['ipi', ['ipi_send_cpu', 'ipi_send_cpumask']],
  // A vCPU that falls asleep, and who wakes it.
  ['sched', ['sched_switch', 'sched_waking']],
];

/** A thread whose events are recorded, and what it is called. */
export interface RecordedThread {
  readonly thread: number;
  readonly task: string;
}

export interface KernelEvent {
  readonly name: string;
  /** CLOCK_MONOTONIC_RAW. */
  readonly ns: bigint;
  readonly cpu: number;
  /** "operator", "vcpu 0"; "thread 4711" for one that wakes one of them. */
  readonly task: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
}

export interface RecordedEvents {
  /** By time. */
  readonly events: readonly KernelEvent[];
  /** Events for which there was no room. */
  readonly lost: number;
}

export class KernelEventRecorder {
  readonly #system: System;
  readonly #formats: ReadonlyMap<number, EventFormat>;
  readonly #tasks: ReadonlyMap<number, string>;
  readonly #recorders: readonly ThreadRecorder[];
  readonly #cleanup: DisposableStack;

  /** Throws a HostError that says what is missing. To be made by the thread that starts and stops it. */
  constructor(system: System, threads: readonly RecordedThread[], wanted = WANTED) {
    this.#system = system;
    using cleanup = new DisposableStack();
    const formats = knownEvents(system, wanted);
    this.#formats = new Map(formats.map((format) => [format.id, format]));
    this.#tasks = new Map(threads.map(({ thread, task }) => [thread, task]));
    this.#recorders = threads.map(({ thread }) => {
      const recorder = new ThreadRecorder(system, thread, [...this.#formats.keys()]);
      cleanup.defer(() => recorder.close());
      return recorder;
    });
    this.#cleanup = cleanup.move();
  }

  /** Names of the events that this kernel has. */
  get names(): string[] {
    return [...this.#formats.values()].map(({ name }) => name).sort();
  }

  start(): void {
    this.#system.call('prctl', [PR_TASK_PERF_EVENTS_ENABLE], 'prctl(PR_TASK_PERF_EVENTS_ENABLE)');
  }

  /** Returns what there was since the start. */
  stop(): RecordedEvents {
    this.#system.call('prctl', [PR_TASK_PERF_EVENTS_DISABLE], 'prctl(PR_TASK_PERF_EVENTS_DISABLE)');
    const events: KernelEvent[] = [];
    let lost = 0;
    for (const recorder of this.#recorders) {
      lost += recorder.drain(({ thread, ns, cpu, record }) => {
        const format = this.#formats.get(record.getUint16(0, true));
        if (format === undefined) return;
        const task = this.#tasks.get(thread) ?? `thread ${thread}`;
        events.push({ name: format.name, ns, cpu, task, fields: decode(format, record) });
      });
    }
    return { events: events.sort((a, b) => Number(a.ns - b.ns)), lost };
  }

  close(): void {
    this.#cleanup.dispose();
  }
}

function knownEvents(system: System, wanted: WantedEvents): EventFormat[] {
  const tracefs = openTracefs(system);
  try {
    return wanted.flatMap(([group, names]) => {
      const there = entriesOf(`${tracefs.events}/${group}`);
      return there
        .filter((name) => names === 'all' || names.includes(name))
        .flatMap((name) => formatIn(`${tracefs.events}/${group}/${name}/format`) ?? []);
    });
  } finally {
    tracefs.close();
  }
}

/** Nothing where the kernel has no such group. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Null for the files that stand beside the events. */
function formatIn(file: string): EventFormat | null {
  try {
    return parseFormat(readFileSync(file, 'latin1'));
  } catch {
    return null;
  }
}
