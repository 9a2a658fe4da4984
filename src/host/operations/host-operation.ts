import type { GuestVcpu } from '../guest-vcpu.ts';
import type { System } from '../system.ts';
import type { ByteRange, TestMemory } from '../test-memory.ts';
import type { TimedCalls } from '../timed-call.ts';
import type { MemoryKind, Place } from '../vocabulary.ts';

export interface OperationContext {
  readonly system: System;
  readonly timed: TimedCalls;
  readonly memory: TestMemory;
  readonly range: ByteRange;
  readonly vcpus: readonly GuestVcpu[];
}

/** Time stamps of the host's clock. */
export interface OperationTime {
  readonly start: bigint;
  readonly end: bigint;
  /** Name of the error, or null: done. */
  readonly errno: string | null;
}

/** An operation of the host, carried out again and again on the same range. */
export interface HostOperation {
  /** Why it cannot be measured so; null if it can. */
  refuses(kind: MemoryKind, place: Place): string | null;
  /** Brings the range into the state in which the operation finds it. No vCPU touches it meanwhile. Default: as its kind says. */
  prepare?(context: OperationContext): void;
  run(context: OperationContext): OperationTime;
  /** How often a vCPU falls asleep and is woken, where that is what the operation is about. Default: hardly ever. */
  wakeUps?(context: OperationContext): number;
  /** Takes back what `prepare` cannot cope with. No vCPU touches the range meanwhile. Runs after a failure, too. */
  restore?(context: OperationContext): void;
}
