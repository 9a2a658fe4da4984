// The destination's side of a post-copy migration, from the moment at which the vCPUs start with no memory to the moment at
// which every page is in place: what a scenario's `peer` describes.

import { lockClass } from '../../engine/locks/lock-class.ts';
import { WaitQueue } from '../../engine/locks/wait-queue.ts';
import type { Process } from '../../engine/process.ts';
import type { Task } from '../../engine/simulation.ts';
import { PAGE_SIZE } from '../../mm/address.ts';
import type { Finding } from '../../mm/machine.ts';
import { notifierSchemes } from '../../mm/notifier-schemes/index.ts';
import { userfaultfdRelease } from '../../mm/userfaultfd-wake.ts';
import { levelOf } from '../memory-builder.ts';
import { leafBytes } from '../operation-rules.ts';
import type { RunInput } from '../run-types.ts';
import type { VmmUserfault } from '../userfault-builder.ts';
import { splitScheme, totalVcpus, type VmmProcess, type World } from '../world.ts';
import { PostCopyCollapser } from './collapse.ts';
import { PostCopyDestination } from './destination.ts';
import { PostCopySource } from './source.ts';

const completionClass = lockClass('post-copy completion', 'sleeping');

export class PostCopy {
  readonly #world: World;
  readonly #process: VmmProcess;
  readonly #userfault: VmmUserfault;
  readonly #source: PostCopySource;
  readonly #destination: PostCopyDestination;
  readonly #collapser: PostCopyCollapser | null;
  readonly #completion: WaitQueue;
  readonly #units: number;
  readonly #input: RunInput;
  #placed = 0;
  /** When the last page was in place; null: not yet. */
  #completeNs: number | null = null;
  #closed = false;

  constructor(world: World, input: RunInput, process: VmmProcess, userfault: VmmUserfault) {
    const { machine } = world;
    const { sim, geometry } = machine;
    const { peer, vm, hgm } = input.scenario;
    const unitBytes = leafBytes[peer.pageSize ?? '4k'];
    const { mm, start } = process;
    this.#world = world;
    this.#process = process;
    this.#userfault = userfault;
    this.#input = input;
    this.#units = vm.memory / unitBytes;
    this.#completion = new WaitQueue(sim, completionClass);
    const units = this.#units;
    this.#source = new PostCopySource(machine, {
      units,
      unitBytes,
      latencyNs: peer.latency,
      bytesPerSecond: peer.bandwidth,
      windowBytes: peer.window,
      connections: peer.receivers,
      background: peer.background,
      preempt: peer.preempt,
    });
    this.#destination = new PostCopyDestination({
      machine,
      mm,
      start,
      units,
      unitBytes,
      source: this.#source,
      alias: userfault.alias,
      placed: (unit) => this.#unitPlaced(unit),
    });
    const level = peer.collapse === null ? null : levelOf[peer.collapse];
    this.#collapser =
      level === null
        ? null
        : new PostCopyCollapser({
            sim,
            mm,
            start,
            units,
            unitBytes,
            regionUnits: (geometry.pagesPer[level] * PAGE_SIZE) / unitBytes,
            level,
            scheme: notifierSchemes[splitScheme(input.scheme).notifier],
            chunkBytes: hgm.chunkBytes,
            collapsed: () => this.#completion.wakeAll(),
          });
  }

  /**
   * The run goes on until every page is in place, every collapse has been tried, and the fds are closed. Without a background
   * stream nobody waits for pages that no vCPU touches.
   */
  get isAwaited(): boolean {
    return this.#input.scenario.peer.background && !this.#closed;
  }

  start(): void {
    const { userfault, peer, timeline } = this.#input.scenario;
    const { sim } = this.#world.machine;
    const { mm } = this.#process;
    let cpu = totalVcpus(this.#input.scenario) + timeline.length;
    const spawn = (name: string, process: Process<void>): void => {
      const task: Task = sim.spawn(name, process, { cpu, daemon: true });
      cpu += 1;
      task.onWaitEnd = (...wait) => mm.events.lockWait(task.name, ...wait);
    };
    this.#userfault.ctxs.forEach((ctx, fd) => {
      for (let reader = 0; reader < userfault.readers; reader++) {
        spawn(`uffd${fd} reader ${reader}`, this.#destination.reader(ctx));
      }
    });
    this.#source.connections.forEach((connection, index) => {
      spawn(`receiver ${index}`, this.#destination.receiver(connection));
    });
    const { urgentConnection } = this.#source;
    if (urgentConnection !== null) spawn('urgent receiver', this.#destination.receiver(urgentConnection));
    if (this.#collapser !== null) spawn('collapser', this.#collapser.run());
    spawn('post-copy', this.#end());
    this.#source.start(cpu + peer.receivers);
  }

  #unitPlaced(unit: number): void {
    this.#placed += 1;
    this.#collapser?.placed(unit);
    if (this.#placed < this.#units) return;
    this.#completeNs = this.#world.machine.sim.now;
    this.#completion.wakeAll();
  }

  /** The end of H.4: the fds are closed, which wakes whoever still sleeps. */
  *#end(): Process<void> {
    while (this.#placed < this.#units || this.#collapser?.isDone === false) yield* this.#completion.wait();
    for (const ctx of this.#userfault.ctxs) yield* userfaultfdRelease(ctx);
    this.#closed = true;
  }

  /** Nothing happens any more, and pages are missing, or a collapse hangs. */
  unfinished(): Finding {
    const { now } = this.#world.machine.sim;
    const missing = this.#units - this.#placed;
    const message = `the migration has come to a stop with ${missing} of ${this.#units} pages not in place`;
    return { kind: 'post-copy-unfinished', message, simTimeNs: now, evidence: { missing, units: this.#units } };
  }

  /** For the counters of the result. */
  get counters(): Readonly<Record<string, number>> {
    const { requests, pagesByDemand, pagesByBackground } = this.#destination.stats;
    const collapse = this.#collapser?.stats;
    return {
      postCopyRequests: requests,
      postCopyPagesByDemand: pagesByDemand,
      postCopyPagesByBackground: pagesByBackground,
      postCopyCompleteNs: this.#completeNs ?? 0,
      postCopyCollapses: collapse?.collapses ?? 0,
      postCopyCollapsesFailed: collapse?.failed ?? 0,
      postCopyCollapseLongestNs: collapse?.longestNs ?? 0,
      postCopyCollapseNs: collapse?.totalNs ?? 0,
    };
  }
}

/** Null: the VM has its memory. */
export function buildPostCopy(world: World, input: RunInput): PostCopy | null {
  const [process] = world.processes;
  if (input.scenario.peer.pageSize === null || process === undefined || process.userfault === null) return null;
  return new PostCopy(world, input, process, process.userfault);
}
