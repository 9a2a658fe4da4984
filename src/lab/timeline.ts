import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import type { SpawnOptions, Task } from '../engine/simulation.ts';
import { hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { operations } from './operations.ts';
import type { OperationResult, RunInput } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { totalVcpus, type VmmProcess, type World } from './world.ts';

export interface TimelineListener {
  started?(entry: TimelineEntry, index: number): void;
  ended?(entry: TimelineEntry, index: number, result: Result): void;
}

/** CPUs of threads whose operations the scenario does not know start here: behind those of everybody else. */
const ADDED_CPU = 2_000_000;

/** What the timeline has started and what came of it. */
export class Timeline {
  /** Those of the scenario, then those that were added while it ran. */
  readonly entries: TimelineEntry[];
  /** By place, with holes: of what has not ended, and of what has not begun. */
  readonly results: OperationResult[] = [];
  readonly startsNs: number[] = [];
  firstStartNs: number | null = null;
  #listeners: readonly TimelineListener[] = [];
  readonly #world: World;
  readonly #input: RunInput;
  #left: number;

  constructor(world: World, input: RunInput) {
    this.#world = world;
    this.#input = input;
    this.entries = [...input.scenario.timeline];
    this.#left = this.entries.length;
  }

  get total(): number {
    return this.entries.length;
  }

  /** How many have ended. */
  get done(): number {
    return this.entries.length - this.#left;
  }

  get allDone(): boolean {
    return this.#left === 0;
  }

  /** A thread of the VMM for each entry with a time, which goes on to the entries that follow it. */
  start(): void {
    const { scenario } = this.#input;
    const { timeline } = scenario;
    const firstCpu = totalVcpus(scenario);
    timeline.forEach((entry, index) => {
      if (entry.at === 'after-previous' && index > 0) return;
      let end = index + 1;
      while (timeline[end]?.at === 'after-previous') end += 1;
      const delayNs = entry.at === 'after-previous' ? 0 : entry.at;
      this.#spawn(index, end, { delayNs, cpu: firstCpu + index });
    });
  }

  /** One more operation, which starts now in a thread of its own. Returns its place. */
  add(entry: TimelineEntry): number {
    const index = this.entries.length;
    this.entries.push(entry);
    this.#left += 1;
    this.#spawn(index, index + 1, { cpu: ADDED_CPU + index });
    return index;
  }

  /** Returns how to leave. */
  listen(listener: TimelineListener): () => void {
    const entry = { ...listener };
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  #spawn(from: number, to: number, options: SpawnOptions): void {
    const { sim } = this.#world.machine;
    const task: Task = sim.spawn(`vmm${from}`, this.#thread(from, to), options);
    const { mm } = this.#process(this.entries[from] as TimelineEntry);
    task.onWaitEnd = (...wait) => mm.events.lockWait(task.name, ...wait);
  }

  #process(entry: TimelineEntry): VmmProcess {
    const process = this.#world.processes[entry.process];
    assert(process !== undefined, 'a rule of the scenario refuses other processes');
    return process;
  }

  *#thread(from: number, to: number): Process<void> {
    const { sim } = this.#world.machine;
    for (let index = from; index < to; index++) {
      const entry = this.entries[index];
      if (entry === undefined) return;
      const startNs = sim.now;
      this.firstStartNs ??= startNs;
      this.startsNs[index] = startNs;
      for (const { started } of this.#listeners) started?.(entry, index);
      const result = yield* this.#operation(entry);
      this.results[index] = {
        operation: entry.operation,
        startNs,
        durationNs: sim.now - startNs,
        errno: result === 0 ? null : result,
      };
      this.#left -= 1;
      for (const { ended } of this.#listeners) ended?.(entry, index, result);
    }
  }

  /** One call of userspace, or one for each step; the first error ends them. */
  *#operation(entry: TimelineEntry): Process<Result> {
    const world = this.#world;
    const process = this.#process(entry);
    const vms = world.vms.filter((vm) => vm.process === process);
    const { start, length } = entry.range;
    const step = entry.step ?? length;
    for (let at = start; at < start + length; at += step) {
      const range = {
        start: hva(process.start + at),
        end: hva(process.start + Math.min(at + step, start + length)),
      };
      const result = yield* operations[entry.operation]({ world, process, vms, input: this.#input, entry, range });
      if (result !== 0) return result;
    }
    return 0;
  }
}
