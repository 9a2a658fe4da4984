// A measurement as a scenario: the same memory, guest and operation, in the model. What the model does not have is not made up for.

import { InvalidInput } from '../../lab/invalid-input.ts';
import { parseScenario, type Scenario } from '../../lab/scenario.ts';
import { MS, PAGE_BYTES } from '../../lab/units.ts';
import type { HostFacts } from '../host-facts.ts';
import type { MeasurementPlan } from '../measurement-plan.ts';
import { type KernelFacts, modelledHost } from '../modelled-host.ts';
import type { Place } from '../vocabulary.ts';

export type ModelledFacts = KernelFacts & Pick<HostFacts, 'cpus'>;

/** The guest runs for a while before, so that the operation meets it somewhere on its way. */
const START_NS = MS;

/** `thinkNs`: from one touch of the guest to the next, as the control shows it. Throws `InvalidInput` where the model has no such thing. */
export function scenarioOf(plan: MeasurementPlan, host: ModelledFacts, thinkNs: number): Scenario {
  const { operation, kind, vcpus, memoryBytes, rangeBytes, strideBytes, tailNs } = plan;
  const [place = 'inside'] = plan.places;
  const isElsewhere = place === 'other-vma' || place === 'no-slot';
  return parseScenario({
    name: `host-${operation}`,
    machine: { ...modelledHost(host), cpus: Math.max(host.cpus, vcpus) },
    vm: {
      vcpus,
      // Another mapping is a part of this one that the guest does not touch.
      memory: isElsewhere ? memoryBytes + rangeBytes : memoryBytes,
      backing: kind.backing,
      folios: kind.backing === 'hugetlb-2m' ? null : kind.folios,
      mapped: kind.mapped,
      memslots: place === 'no-slot' ? [{ guestStart: 0, start: 0, length: memoryBytes }] : null,
    },
    guest: {
      pattern: 'stride',
      stridePages: Math.max(1, Math.round(strideBytes / PAGE_BYTES)),
      range: touchedAt(place, plan),
      writeFraction: 1,
      thinkNs: Math.max(1, Math.round(thinkNs)),
    },
    timeline: timelineOf(plan, isElsewhere ? memoryBytes : 0),
    settle: tailNs,
  });
}

function touchedAt(place: Place, { rangeBytes, memoryBytes }: MeasurementPlan) {
  if (place === 'whole') return { start: 0, length: memoryBytes };
  return { start: place === 'outside' ? rangeBytes : 0, length: rangeBytes };
}

function timelineOf({ operation, rangeBytes, memoryBytes, places }: MeasurementPlan, start: number): object[] {
  const range = { start, length: rangeBytes };
  switch (operation) {
    case 'fork':
      return [{ at: START_NS, operation, range: { start: 0, length: memoryBytes }, childLives: 0 }];
    case 'mprotect':
      if (places.includes('inside') || places.includes('whole')) {
        throw notModelled('mprotect', 'a guest that writes what is read only leaves for good; a real one comes back');
      }
      return [
        { at: START_NS, operation, range, protection: 'read' },
        { at: 'after-previous', operation, range, protection: 'read-write' },
      ];
    case 'uffdio-continue':
      throw notModelled(operation, 'nobody answers userfaults but the source of a migration');
    case 'nothing':
      throw notModelled(operation, 'it is the control');
    default:
      return [{ at: START_NS, operation, range }];
  }
}

function notModelled(operation: string, why: string): InvalidInput {
  return new InvalidInput('validation', [{ path: 'operation', message: `${operation} has no scenario: ${why}` }]);
}
