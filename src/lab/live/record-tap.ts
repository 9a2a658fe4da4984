// The records of a simulation: those that somebody hears now, and those that are kept for a trace. What neither wants is not
// built.

import type { FindingSubject } from '../../mm/findings.ts';
import { Gathering, gatheredTopics, Relation } from '../finding-records.ts';
import { guardedBy, publishRecords } from '../run-records.ts';
import type { Finding, RunFinding, RunRecord, Topic } from '../run-types.ts';
import type { Timeline } from '../timeline.ts';
import type { World } from '../world.ts';
import type { LiveRecords, LiveSpec } from './live-types.ts';
import { Newest } from './newest.ts';

/** Of the kept records, how many are looked through for those that lead to a finding. */
const SEARCHED = 20_000;

export class RecordTap {
  readonly #world: World;
  readonly #timeline: Timeline;
  readonly #tell: (record: RunRecord) => void;
  readonly #relation: Relation;
  readonly #kept: Newest<RunRecord> | null;
  readonly #keptTopics: ReadonlySet<Topic>;
  #topics: ReadonlySet<Topic> = new Set();
  #leave: () => void = () => undefined;

  constructor(world: World, timeline: Timeline, spec: LiveSpec, onRecord: (record: RunRecord) => void) {
    this.#world = world;
    this.#timeline = timeline;
    this.#tell = guardedBy(world, onRecord);
    this.#relation = new Relation(world);
    this.#kept = spec.record === null ? null : new Newest(spec.record.limit);
    this.#keptTopics = new Set(spec.record?.topics ?? []);
    this.setTopics(spec.topics);
  }

  setTopics(topics: readonly Topic[]): void {
    this.#leave();
    this.#topics = new Set(topics);
    const wanted = [...new Set([...topics, ...this.#keptTopics])];
    this.#leave = publishRecords(this.#world, this.#timeline, wanted, (record) => this.#take(record));
  }

  /**
   * A finding is told when it is made. A simulation has no second run that could gather what has led to it, as
   * docs/decisions/0030 has it: what is there is what is kept for the trace.
   */
  found(finding: Finding, subject: FindingSubject): RunFinding {
    const told = { ...finding, records: this.#leadingTo(subject) };
    this.#take({ topic: 'finding', simTimeNs: finding.simTimeNs, finding: told });
    return told;
  }

  records(): LiveRecords {
    const kept = this.#kept;
    if (kept === null) return { records: [], dropped: 0 };
    return { records: [...kept.from(0)].map(([, record]) => record), dropped: kept.dropped };
  }

  #take(record: RunRecord): void {
    if (this.#keptTopics.has(record.topic)) this.#kept?.push(record);
    if (this.#topics.has(record.topic)) this.#tell(record);
  }

  #leadingTo(subject: FindingSubject): readonly RunRecord[] {
    if (this.#kept === null) return [];
    const gathering = new Gathering(subject);
    for (const [, record] of this.#kept.from(this.#kept.total - SEARCHED)) {
      if (!gatheredTopics.includes(record.topic)) continue;
      gathering.add(record, this.#relation.closeness(record, subject));
    }
    return gathering.records;
  }
}
