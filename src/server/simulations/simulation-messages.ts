// What passes between the service and the thread of a live simulation: calls with a number, answers with the same number,
// and what the thread says by itself. Plain data; the thread loads this file.

import type { InputError } from '../../lab/invalid-input.ts';
import type {
  LiveEnd,
  LiveFolio,
  LiveFolios,
  LiveLock,
  LiveMappings,
  LiveOperation,
  LiveSpec,
  LiveStalls,
  LiveState,
  MappingQuery,
  StallQuery,
} from '../../lab/live/live-types.ts';
import type { Topic } from '../../lab/run-types.ts';
import type { RecordBatch } from '../run-messages.ts';

/** `paused`: time stands until somebody advances it. */
type SimulationMode = 'paused' | 'advancing' | 'flowing' | 'ended';

export interface Pace {
  /** Virtual ns for each real ns. */
  readonly speed: number;
  /** What came of it in the last second or so; null: it has not flowed for so long. */
  readonly achieved: number | null;
  /** The machine does not keep up with the speed. */
  readonly behind: boolean;
}

/** A simulation as its thread sees it. Lists that grow with its use are cut; each has a call of its own, or a total. */
export interface ThreadView extends Omit<LiveState, 'ended'> {
  readonly mode: SimulationMode;
  readonly ended: LiveEnd | 'out-of-memory' | null;
  readonly pace: Pace | null;
  readonly operationsTotal: number;
  readonly operationsDone: number;
  readonly findingsTotal: number;
}

/** How an advance came to its end. `paused`: somebody stopped it. */
export type AdvanceOutcome = 'reached' | 'stuck' | 'paused' | 'ended';

interface ListQuery {
  readonly from: number;
  readonly limit: number;
}

/** What a thread can be asked, with what it answers. */
export interface SimulationCalls {
  create: { ask: { spec: LiveSpec; memoryBytes: number }; answer: ThreadView };
  view: { ask: null; answer: ThreadView };
  operate: { ask: unknown; answer: { index: number; simTimeNs: number } };
  /** Answers when the advance is over, however long that takes. */
  advance: { ask: unknown; answer: { outcome: AdvanceOutcome; view: ThreadView } };
  /** 0: time stands, and an advance is over. */
  pace: { ask: number; answer: ThreadView };
  topics: { ask: readonly Topic[]; answer: null };
  operations: { ask: ListQuery; answer: { items: readonly LiveOperation[]; next: number | null } };
  stalls: { ask: StallQuery; answer: LiveStalls };
  mappings: { ask: MappingQuery; answer: LiveMappings };
  folio: { ask: number; answer: LiveFolio | null };
  folios: { ask: ListQuery; answer: LiveFolios };
  locks: { ask: null; answer: readonly LiveLock[] };
  /** The trace as UTF-8, handed over and not copied. */
  trace: { ask: { version: string }; answer: Uint8Array<ArrayBuffer> };
  /** Forgets the simulation: the thread is as it was before. Answers what its heap holds then. */
  close: { ask: null; answer: { heldBytes: number } };
}

export type CallName = keyof SimulationCalls;

export type SimulationAsk = { [C in CallName]: { id: number; call: C; ask: SimulationCalls[C]['ask'] } }[CallName];

/** Why a call was refused. */
export type Refusal =
  | { readonly kind: 'invalid'; readonly message: string; readonly errors: readonly InputError[] }
  | { readonly kind: 'busy'; readonly message: string }
  | { readonly kind: 'ended'; readonly message: string }
  | { readonly kind: 'too-large'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string };

/** Where the service takes over records, in shared memory: how many it has taken, modulo 2^32. */
export type Acknowledged = Int32Array<SharedArrayBuffer>;

/** What a thread starts with. */
export interface ThreadData {
  readonly acknowledged: Acknowledged;
}

export type SimulationSays =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly refusal: Refusal }
  | { readonly kind: 'records'; readonly batch: RecordBatch }
  /** An event of the topic `progress`, behind all records that were told before it. */
  | { readonly kind: 'event'; readonly event: ProgressEvent };

export type ProgressEvent = { readonly simTimeNs: number } & (
  | { readonly event: 'advanced'; readonly outcome: AdvanceOutcome }
  | { readonly event: 'pace'; readonly speed: number }
  | { readonly event: 'topics'; readonly topics: readonly Topic[] }
  | { readonly event: 'ended'; readonly ended: LiveEnd | 'out-of-memory'; readonly message: string }
);
