// The records that lead to a finding. Nobody observes an ordinary run, so nothing of it is recorded, and when a finding is made
// it is too late. But a run can be had again: the same seed makes the same run, this time with its records gathered for
// findings whose subject is known beforehand (docs/decisions/0030-records-of-a-finding.md).

import { assert } from '../engine/assert.ts';
import { gfn } from '../mm/address.ts';
import type { FindingSubject } from '../mm/findings.ts';
import { publishRecords } from './run-records.ts';
import type { Finding, RunFinding, RunRecord, Topic } from './run-types.ts';
import type { Timeline } from './timeline.ts';
import { vmOf, type World } from './world.ts';

/** Of what concerns the very subject, and of what concerns all of its VM or process. */
const KEPT_OF_SUBJECT = 12;
const KEPT_AROUND = 4;

export const gatheredTopics: readonly Topic[] = ['notifier', 'operation', 'fault', 'userfault', 'tlb', 'lock'];

type Closeness = 'subject' | 'around' | null;

/** The last records of a run that concern one finding, up to the moment at which it is made. */
export class Gathering {
  readonly subject: FindingSubject;
  readonly #ofSubject: RunRecord[] = [];
  readonly #around: RunRecord[] = [];

  constructor(subject: FindingSubject) {
    this.subject = subject;
  }

  add(record: RunRecord, closeness: Closeness): void {
    if (closeness === null) return;
    const [ring, kept] =
      closeness === 'subject' ? [this.#ofSubject, KEPT_OF_SUBJECT] : ([this.#around, KEPT_AROUND] as const);
    ring.push(record);
    if (ring.length > kept) ring.shift();
  }

  /** In the order in which they were published: a time is that of one moment, and the sort keeps it. */
  get records(): RunRecord[] {
    return [...this.#ofSubject, ...this.#around].sort((a, b) => a.simTimeNs - b.simTimeNs);
  }
}

export class FindingRecords {
  readonly #relation: Relation;
  readonly #open: Gathering[];
  readonly #findings: RunFinding[] = [];

  /** `subjects` of all findings that the run will have, in their order. */
  constructor(world: World, timeline: Timeline, subjects: readonly FindingSubject[]) {
    this.#relation = new Relation(world);
    this.#open = subjects.map((subject) => new Gathering(subject));
    world.machine.findings.listen((finding) => this.#found(finding));
    publishRecords(world, timeline, gatheredTopics, (record) => this.#gather(record));
  }

  get findings(): readonly RunFinding[] {
    assert(this.#open.length === 0, 'the same seed makes the same run, with the same findings');
    return this.#findings;
  }

  #found(finding: Finding): void {
    const gathering = this.#open.shift();
    assert(gathering !== undefined, 'the same seed makes the same run, with the same findings');
    this.#findings.push({ ...finding, records: gathering.records });
  }

  #gather(record: RunRecord): void {
    for (const gathering of this.#open) gathering.add(record, this.#relation.closeness(record, gathering.subject));
  }
}

/** What a record has to do with what a finding is about. */
export class Relation {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  closeness(record: RunRecord, { ranges, tasks }: FindingSubject): Closeness {
    if (ranges === undefined && tasks === undefined) return 'subject';
    if (record.topic === 'lock') return tasks?.includes(record.task) === true ? 'subject' : null;
    if (ranges === undefined) return record.topic === 'operation' ? 'subject' : null;
    if (record.topic === 'tlb') {
      const mm = this.#mmOfFlush(record);
      return ranges.some((range) => range.mm === mm) ? 'around' : null;
    }
    const where = this.#whereOf(record);
    if (where === null) return null;
    const concerns = ranges.some(
      ({ mm, start, end }) =>
        (where.mm === null || where.mm === mm) &&
        start < where.base(mm) + where.start + where.length &&
        end > where.base(mm) + where.start,
    );
    return concerns ? 'subject' : null;
  }

  #mmOfFlush(record: Extract<RunRecord, { topic: 'tlb' }>): number | undefined {
    const { processes, vms } = this.#world;
    const process = record.event === 'kvm-flush' ? vms[record.vm]?.process : processes[record.process];
    return process?.mm.index;
  }

  /** Where a record takes place; of null processes, in each at the same offset: they map the same file. */
  #whereOf(record: RunRecord) {
    const { processes } = this.#world;
    const baseOf = (mm: number): number => processes.find((process) => process.mm.index === mm)?.start ?? Number.NaN;
    switch (record.topic) {
      case 'notifier': {
        const mm = processes[record.process]?.mm.index ?? null;
        return { mm, base: baseOf, start: record.start, length: record.length };
      }
      case 'operation':
        return { mm: null, base: baseOf, start: record.start, length: record.length };
      case 'userfault':
        return { mm: null, base: baseOf, start: record.address, length: 1 };
      case 'fault': {
        const vm = vmOf(this.#world, record.vcpu);
        const frame = record.gfn;
        const slot = vm?.kvm.memslots.find(({ baseGfn, endGfn }) => frame >= baseGfn && frame < endGfn);
        if (vm === undefined || slot === undefined) return null;
        return { mm: vm.process.mm.index, base: () => 0, start: slot.hva(gfn(frame)), length: 1 };
      }
      default:
        return null;
    }
  }
}
