// A measurement as a scenario: the same memory, guest and operation, in the model. What the model does not have is not made up for.

import { InvalidInput } from '../lab/invalid-input.ts';
import { parseScenario, type Scenario } from '../lab/scenario.ts';
import { MIB, MS, PAGE_BYTES } from '../lab/units.ts';
import type { HostFacts } from './host-facts.ts';
import type { MeasurementPlan } from './measurement-plan.ts';
import { type KernelFacts, modelledHost } from './modelled-host.ts';
import type { AroundBytes } from './process-memory.ts';
import type { Place } from './vocabulary.ts';

/** Without `kvm`: a host whose KVM has two-dimensional paging. */
export type ModelledFacts = KernelFacts & Pick<HostFacts, 'cpus'> & { readonly kvm?: Pick<HostFacts['kvm'], 'mmu'> };

/** The guest runs for a while before, so that the operation meets it somewhere on its way. */
const START_NS = MS;
/** What sizes of memory are multiples of. */
const BLOCK_BYTES = 2 * MIB;

/** `thinkNs`: from one touch of the guest to the next, as the control shows it; null: there is none. Throws `InvalidInput` where the model has no such thing. */
export function scenarioOf(
  plan: MeasurementPlan,
  host: ModelledFacts,
  thinkNs: number | null,
  around: AroundBytes | null = null,
): Scenario {
  return withTimeline(plan, host, thinkNs, { timeline: timelineOf(plan), around });
}

/** The guest of the plan as it meets memory that the host maps and KVM does not, without any operation. */
export function faultsOf(plan: MeasurementPlan, host: ModelledFacts, thinkNs: number | null): Scenario {
  return withTimeline(plan, host, thinkNs, { timeline: [], sptes: 0 });
}

interface Situation {
  readonly timeline: readonly object[];
  readonly sptes?: number;
  readonly around?: AroundBytes | null;
}

function withTimeline(
  plan: MeasurementPlan,
  host: ModelledFacts,
  thinkNs: number | null,
  { timeline, sptes = 1, around = null }: Situation,
): Scenario {
  const { operation, kind, vcpus, strideBytes, tailNs } = plan;
  const layout = layoutOf(plan, around);
  return parseScenario({
    name: `host-${operation}`,
    machine: { ...modelledHost(host), cpus: Math.max(host.cpus, vcpus) },
    vm: {
      vcpus,
      memory: layout.memory,
      mmu: mmuOf(host),
      backing: kind.backing,
      folios: kind.backing === 'hugetlb-2m' ? null : kind.folios,
      mapped: kind.mapped,
      sptePopulatedFraction: sptes,
      memslots: layout.memslots,
    },
    guest: {
      pattern: thinkNs === null ? 'idle' : 'stride',
      stridePages: Math.max(1, Math.round(strideBytes / PAGE_BYTES)),
      range: layout.touched,
      writeFraction: 1,
      thinkNs: Math.max(1, Math.round(thinkNs ?? 1)),
    },
    timeline,
    settle: tailNs,
  });
}

/** The guest of a measurement maps its memory by pages of 2 MiB, as scenarios do unless they say otherwise. */
export const mmuOf = ({ kvm }: ModelledFacts): 'tdp' | 'shadow' => kvm?.mmu ?? 'tdp';

interface Layout {
  readonly memory: number;
  readonly memslots: readonly object[] | null;
  readonly touched: { readonly start: number; readonly length: number };
}

/** Another mapping of the process is a part of the VM's that the guest does not touch; one that no slot has, if it has none. */
function layoutOf({ places, memoryBytes, rangeBytes }: MeasurementPlan, around: AroundBytes | null): Layout {
  const [place = 'inside'] = places;
  const below = wholeBlocks(around?.below ?? 0);
  const above = wholeBlocks(around?.above ?? 0) + (isElsewhere(place) ? rangeBytes : 0);
  const start = place === 'outside' ? rangeBytes : 0;
  const hasAll = below === 0 && (above === 0 || place === 'other-vma');
  return {
    memory: below + memoryBytes + above,
    memslots: hasAll ? null : [{ guestStart: 0, start: below, length: memoryBytes }],
    touched: { start, length: place === 'whole' ? memoryBytes : rangeBytes },
  };
}

const isElsewhere = (place: Place): boolean => place === 'other-vma' || place === 'no-slot';
const wholeBlocks = (bytes: number): number => Math.round(bytes / BLOCK_BYTES) * BLOCK_BYTES;

function timelineOf({ operation, rangeBytes, memoryBytes, places }: MeasurementPlan): object[] {
  const range = { start: places.some(isElsewhere) ? memoryBytes : 0, length: rangeBytes };
  switch (operation) {
    case 'fork':
      return [{ at: START_NS, operation, childLives: 0 }];
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
