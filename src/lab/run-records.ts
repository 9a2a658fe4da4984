// What observers of a run get to see: the streams of mm and KVM, joined to one union of plain records under the API's
// topics. Only what somebody has asked for is subscribed to, so nothing else is built.

import type { Finding } from '../mm/machine.ts';
import type { RunRecord, Topic } from './run-types.ts';
import type { Timeline } from './timeline.ts';
import type { World } from './world.ts';

/** `topics` null: all of them. */
export function publishRecords(
  world: World,
  timeline: Timeline,
  topics: readonly Topic[] | null,
  publish: (record: RunRecord) => void,
): void {
  const { mm, kvm, vma, machine } = world;
  const { sim } = machine;
  const wants = (topic: Topic): boolean => topics === null || topics.includes(topic);
  const guarded = (record: RunRecord): void => {
    try {
      publish(record);
    } catch (error) {
      sim.records.report(record.topic, error);
    }
  };

  if (wants('stall')) {
    kvm.events.stalls.listen(({ vcpu, startNs, endNs, causes }) =>
      guarded({ topic: 'stall', simTimeNs: endNs, vcpu, startNs, endNs, causes }),
    );
  }
  if (wants('vcpu')) {
    kvm.events.vcpuStates.listen(({ vcpu, state, startNs, endNs }) =>
      guarded({ topic: 'vcpu', simTimeNs: endNs, vcpu, state, startNs }),
    );
  }
  if (wants('notifier') || wants('tlb')) {
    mm.events.channel.listen((event) => {
      if (event.type === 'cpu-shootdown') {
        const { simTimeNs, kicked, durationNs } = event;
        if (wants('tlb')) guarded({ topic: 'tlb', event: 'cpu-shootdown', simTimeNs, kicked, durationNs });
      } else if (wants('notifier')) {
        const { type, simTimeNs, section, start, end } = event;
        guarded({ topic: 'notifier', event: type, simTimeNs, section, start: start - vma.start, length: end - start });
      }
    });
  }
  if (wants('fault') || wants('tlb')) {
    kvm.events.events.listen((event) => {
      if (event.type === 'kvm-flush') {
        const { simTimeNs, kicked, durationNs } = event;
        if (wants('tlb')) guarded({ topic: 'tlb', event: 'kvm-flush', simTimeNs, kicked, durationNs });
      } else if (wants('fault')) {
        const { simTimeNs, vcpu, gfn, outcome, level, laps } = event;
        guarded({ topic: 'fault', simTimeNs, vcpu, gfn, outcome, level, laps });
      }
    });
  }
  if (wants('operation') || wants('progress')) {
    let done = 0;
    timeline.started.push(({ operation, range }, index) => {
      if (!wants('operation')) return;
      const { start, length } = range;
      guarded({ topic: 'operation', event: 'start', simTimeNs: sim.now, operation, index, start, length, errno: null });
    });
    timeline.ended.push(({ operation, range }, index, result) => {
      const { start, length } = range;
      const errno = result === 0 ? null : result;
      done += 1;
      if (wants('operation')) {
        guarded({ topic: 'operation', event: 'end', simTimeNs: sim.now, operation, index, start, length, errno });
      }
      if (wants('progress')) {
        guarded({ topic: 'progress', simTimeNs: sim.now, done, total: timeline.total, events: sim.events });
      }
    });
  }
  if (wants('lock')) {
    mm.events.lockWaits.listen(({ simTimeNs, lock, task, waitedNs }) =>
      guarded({ topic: 'lock', simTimeNs, lock, task, waitedNs }),
    );
  }
  if (wants('finding')) {
    machine.findings.listen((finding: Finding) => guarded({ topic: 'finding', simTimeNs: finding.simTimeNs, finding }));
  }
}
