import type { Observable } from 'rxjs';
import type { RecordBus, RecordChannel } from '../engine/records.ts';
import type { StallCause, StallWindow } from './stall-windows.ts';

/** A stretch of a vCPU's time, told when it has ended: it ran guest code, it wanted to run none (HLT), or it stood still for one cause. */
export interface VcpuInterval {
  readonly vcpu: number;
  readonly state: 'running' | 'halted' | StallCause;
  readonly startNs: number;
  readonly endNs: number;
}

/** What KVM tells those who watch. */
export type KvmEvent =
  | {
      /** A vCPU has gone through the fault path; `laps` > 1: that many rounds of the early check, told at once. */
      readonly type: 'fault';
      readonly simTimeNs: number;
      readonly vcpu: number;
      readonly gfn: number;
      readonly outcome: 'fixed' | 'retry' | 'spurious' | 'efault' | 'userfault';
      readonly level: number;
      readonly laps: number;
    }
  | {
      readonly type: 'kvm-flush';
      readonly simTimeNs: number;
      /** Of the thread that waits for the flush. */
      readonly task: string;
      readonly kicked: number;
      readonly durationNs: number;
    };

export class KvmEvents {
  readonly events: RecordChannel<KvmEvent>;
  readonly vcpuStates: RecordChannel<VcpuInterval>;
  readonly stalls: RecordChannel<StallWindow>;

  /** `vm` tells the streams of several VMs on one bus apart. */
  constructor(bus: RecordBus, vm: string) {
    this.events = bus.channel<KvmEvent>(`${vm}.kvm`);
    this.vcpuStates = bus.channel<VcpuInterval>(`${vm}.vcpu`);
    this.stalls = bus.channel<StallWindow>(`${vm}.stalls`);
  }

  get events$(): Observable<KvmEvent> {
    return this.events.stream$;
  }

  get state$(): Observable<VcpuInterval> {
    return this.vcpuStates.stream$;
  }
}
