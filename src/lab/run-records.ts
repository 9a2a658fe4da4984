// What observers of a run get to see: the streams of mm and KVM, joined to one union of plain records under the API's
// topics. Only what somebody has asked for is subscribed to, so nothing else is built.

import type { RunRecord, Topic } from './run-types.ts';
import type { TimelineEntry } from './scenario.ts';
import type { Timeline } from './timeline.ts';
import type { VirtualMachine, VmmProcess, World } from './world.ts';

/** `topics` null: all of them, but for findings, which are told when the run is over. Returns how to leave. */
export function publishRecords(
  world: World,
  timeline: Timeline,
  topics: readonly Topic[] | null,
  publish: (record: RunRecord) => void,
): () => void {
  const { machine, processes, vms } = world;
  const { sim } = machine;
  const wants = (topic: Topic): boolean => topics === null || topics.includes(topic);
  const guarded = guardedBy(world, publish);

  const leaves = [
    ...vms.flatMap((vm) => publishVm(vm, wants, guarded)),
    ...processes.flatMap((process) => publishProcess(process, wants, guarded)),
  ];
  if (wants('operation') || wants('progress')) {
    const tell = (event: 'start' | 'end', entry: TimelineEntry, index: number, errno: string | null): void => {
      const { operation, process, range } = entry;
      const who = { operation, index, process, task: sim.current.name };
      guarded({
        topic: 'operation',
        event,
        simTimeNs: sim.now,
        ...who,
        start: range.start,
        length: range.length,
        errno,
      });
    };
    const leave = timeline.listen({
      started(entry, index) {
        if (wants('operation')) tell('start', entry, index, null);
      },
      ended(entry, index, result) {
        if (wants('operation')) tell('end', entry, index, result === 0 ? null : result);
        const { done, total } = timeline;
        if (wants('progress')) guarded({ topic: 'progress', simTimeNs: sim.now, done, total, events: sim.events });
      },
    });
    leaves.push(leave);
  }
  if (wants('lock')) {
    // One stream for all: waits for locks are heard once, whichever mm they are asked of.
    const leave = processes[0]?.mm.events.lockWaits.listen((wait) => guarded({ topic: 'lock', ...wait }));
    if (leave !== undefined) leaves.push(leave);
  }
  return () => {
    for (const leave of leaves) leave();
  };
}

type Leave = () => void;

/** What an observer throws is reported, and changes nothing. */
export const guardedBy =
  ({ machine: { sim } }: World, publish: (record: RunRecord) => void) =>
  (record: RunRecord): void => {
    try {
      publish(record);
    } catch (error) {
      sim.records.report(record.topic, error);
    }
  };

function publishVm(
  { index, kvm }: VirtualMachine,
  wants: (topic: Topic) => boolean,
  publish: (record: RunRecord) => void,
): Leave[] {
  const leaves: Leave[] = [];
  if (wants('stall')) {
    const leave = kvm.events.stalls.listen(({ vcpu, startNs, endNs, causes }) =>
      publish({ topic: 'stall', simTimeNs: endNs, vcpu, startNs, endNs, causes }),
    );
    leaves.push(leave);
  }
  if (wants('vcpu')) {
    const leave = kvm.events.vcpuStates.listen(({ vcpu, state, startNs, endNs }) =>
      publish({ topic: 'vcpu', simTimeNs: endNs, vcpu, state, startNs }),
    );
    leaves.push(leave);
  }
  if (!wants('fault') && !wants('tlb')) return leaves;
  const leave = kvm.events.events.listen((event) => {
    if (event.type === 'kvm-flush') {
      const { simTimeNs, task, kicked, durationNs } = event;
      if (wants('tlb')) publish({ topic: 'tlb', event: 'kvm-flush', vm: index, simTimeNs, task, kicked, durationNs });
    } else if (wants('fault')) {
      const { simTimeNs, vcpu, gfn, outcome, level, laps } = event;
      publish({ topic: 'fault', simTimeNs, vcpu, gfn, outcome, level, laps });
    }
  });
  return [...leaves, leave];
}

function publishProcess(
  { index, mm, start: base }: VmmProcess,
  wants: (topic: Topic) => boolean,
  publish: (record: RunRecord) => void,
): Leave[] {
  const leaves: Leave[] = [];
  if (wants('userfault')) {
    // Each vCPU has the CPU of its number, and so have the threads that bring in pages for it.
    const leave = mm.events.userfaults.listen(({ type, simTimeNs, address, cpu }) =>
      publish({ topic: 'userfault', event: type, simTimeNs, vcpu: cpu, address: address - base }),
    );
    leaves.push(leave);
  }
  if (!wants('notifier') && !wants('tlb')) return leaves;
  const leave = mm.events.channel.listen((event) => {
    if (event.type === 'cpu-shootdown') {
      const { simTimeNs, task, kicked, durationNs } = event;
      if (wants('tlb')) {
        publish({ topic: 'tlb', event: 'cpu-shootdown', process: index, simTimeNs, task, kicked, durationNs });
      }
    } else if (wants('notifier')) {
      const { type, simTimeNs, task, section, start, end } = event;
      const range = { start: start - base, length: end - start };
      publish({ topic: 'notifier', event: type, simTimeNs, process: index, task, section, ...range });
    }
  });
  return [...leaves, leave];
}
