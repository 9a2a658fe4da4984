import type { RunFinding, RunRecord, Topic } from '../run-types.ts';
import type {
  LiveFolio,
  LiveFolios,
  LiveGoal,
  LiveLock,
  LiveMappings,
  LiveProgress,
  LiveRecords,
  LiveSpec,
  LiveStalls,
  LiveState,
  MappingQuery,
  StallQuery,
} from './live-types.ts';

/** A scenario that is driven from outside instead of run to its end. It is built at virtual time 0, and nothing has happened. */
export class LiveSimulation {
  /** `onRecord` hears the topics of the specification, until setTopics says otherwise. What it throws changes nothing. */
  constructor(spec: LiveSpec, onRecord: (record: RunRecord) => void = () => undefined) {
    throw new Error(`to come: ${spec.seed} ${String(onRecord)}`);
  }

  /** Starts an operation now, in a thread of its own, and returns its index. Throws InvalidInput, or LiveEnded. */
  start(document: unknown): number {
    throw new Error(`to come: ${String(document)}`);
  }

  /** `{by: "5ms"}`, `{untilNs}` or `{until: "idle"}`, as somebody has written it. Throws InvalidInput. */
  readGoal(document: unknown): LiveGoal {
    throw new Error(`to come: ${String(document)}`);
  }

  /** Goes on towards the goal, for `events` events at most. Throws LiveEnded if it had ended before. */
  advance(goal: LiveGoal, slice: { readonly events?: number } = {}): LiveProgress {
    throw new Error(`to come: ${String(goal)} ${String(slice)}`);
  }

  state(): LiveState {
    throw new Error('to come');
  }

  stalls(query: StallQuery = {}): LiveStalls {
    throw new Error(`to come: ${String(query)}`);
  }

  /** Throws InvalidInput. */
  mappings(query: MappingQuery): LiveMappings {
    throw new Error(`to come: ${String(query)}`);
  }

  /** The folio that a frame belongs to; null: none does. */
  folio(index: number): LiveFolio | null {
    throw new Error(`to come: ${index}`);
  }

  folios(query: { readonly from?: number; readonly limit?: number } = {}): LiveFolios {
    throw new Error(`to come: ${String(query)}`);
  }

  locks(): readonly LiveLock[] {
    throw new Error('to come');
  }

  setTopics(topics: readonly Topic[]): void {
    throw new Error(`to come: ${String(topics)}`);
  }

  /** What was kept of the topics of `spec.record`. */
  records(): LiveRecords {
    throw new Error('to come');
  }

  /** What must hold whenever nobody is on the way: looks now, and keeps nothing. Null: it is not idle. */
  checkAtRest(): readonly RunFinding[] | null {
    throw new Error('to come');
  }
}
