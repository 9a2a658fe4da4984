import { assert } from '../engine/assert.ts';
import type { Process } from '../engine/process.ts';
import type { Task } from '../engine/simulation.ts';
import { hva } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { operations } from './operations.ts';
import type { OperationResult, RunInput } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import { totalVcpus, type VmmProcess, type World } from './world.ts';

/** What the timeline has started and what came of it. */
export class Timeline {
  readonly results: OperationResult[] = [];
  readonly started: ((entry: TimelineEntry, index: number) => void)[] = [];
  readonly ended: ((entry: TimelineEntry, index: number, result: Result) => void)[] = [];
  firstStartNs: number | null = null;
  readonly #world: World;
  readonly #input: RunInput;
  #left: number;

  constructor(world: World, input: RunInput) {
    this.#world = world;
    this.#input = input;
    this.#left = input.scenario.timeline.length;
  }

  get total(): number {
    return this.#input.scenario.timeline.length;
  }

  get allDone(): boolean {
    return this.#left === 0;
  }

  /** A thread of the VMM for each entry with a time, which goes on to the entries that follow it. */
  start(): void {
    const { sim } = this.#world.machine;
    const { scenario } = this.#input;
    const { timeline } = scenario;
    const firstCpu = totalVcpus(scenario);
    timeline.forEach((entry, index) => {
      if (entry.at === 'after-previous' && index > 0) return;
      let end = index + 1;
      while (timeline[end]?.at === 'after-previous') end += 1;
      const delayNs = entry.at === 'after-previous' ? 0 : entry.at;
      const task: Task = sim.spawn(`vmm${index}`, this.#thread(index, end), { delayNs, cpu: firstCpu + index });
      const { mm } = this.#process(entry);
      task.onWaitEnd = (lockClass, sinceNs, untilNs) => mm.events.lockWait(task.name, lockClass, sinceNs, untilNs);
    });
  }

  #process(entry: TimelineEntry): VmmProcess {
    const process = this.#world.processes[entry.process];
    assert(process !== undefined, 'a rule of the scenario refuses other processes');
    return process;
  }

  *#thread(from: number, to: number): Process<void> {
    const { sim } = this.#world.machine;
    for (let index = from; index < to; index++) {
      const entry = this.#input.scenario.timeline[index];
      if (entry === undefined) return;
      const startNs = sim.now;
      this.firstStartNs ??= startNs;
      for (const listener of this.started) listener(entry, index);
      const result = yield* this.#operation(entry);
      this.results[index] = {
        operation: entry.operation,
        startNs,
        durationNs: sim.now - startNs,
        errno: result === 0 ? null : result,
      };
      this.#left -= 1;
      for (const listener of this.ended) listener(entry, index, result);
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
