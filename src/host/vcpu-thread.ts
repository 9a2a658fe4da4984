// Runs one vCPU. KVM_RUN blocks until the guest has something to say, so it has a thread of its own; the guest's orders go
// through its control block and need no message.

import { parentPort, workerData } from 'node:worker_threads';
import { pinTo } from './cpus.ts';
import { CONTROL, STOP_PORT } from './guest-program.ts';
import { errnoName } from './host-error.ts';
import { EXIT, KVM, RUN } from './kvm-abi.ts';
import { ERRNO } from './linux.ts';
import { loadWord, storeWord } from './mapping.ts';
import { System } from './system.ts';
import type { VcpuHandle } from './virtual-machine.ts';

export interface VcpuTask {
  readonly vcpu: VcpuHandle;
  /** CPU to stay on; null: none in particular. */
  readonly cpu: number | null;
}

/** `running` comes once, before the first KVM_RUN. `ended` is the last. */
export type VcpuMessage =
  | { readonly kind: 'running'; readonly thread: number }
  /** `problem`: what went wrong, null if the guest was told to stop. */
  | { readonly kind: 'ended'; readonly problem: string | null };

const CONTROL_BYTES = CONTROL.ring;

const { vcpu, cpu } = workerData as VcpuTask;
const system = await System.load();
if (cpu !== null) pinTo(system, cpu);
say({ kind: 'running', thread: system.call('gettid', []) });
say({ kind: 'ended', problem: runUntilStopped() });

function runUntilStopped(): string | null {
  const control = new BigInt64Array(system.view(vcpu.controlAddress, CONTROL_BYTES));
  const run = new DataView(system.view(vcpu.runAddress, vcpu.runBytes));
  const count = (field: number): void => storeWord(control, field, loadWord(control, field) + 1n);
  for (;;) {
    const result = system.try('ioctl', vcpu.fd, KVM.run, 0);
    const stopped = loadWord(control, CONTROL.stop) !== 0n;
    if (result >= 0) {
      const reason = run.getUint32(RUN.exitReason, true);
      if (reason === EXIT.io && run.getUint16(RUN.ioPort, true) === STOP_PORT) return null;
      return stopped ? null : `vCPU ${vcpu.index}: ${exitName(reason, run)}`;
    }
    if (stopped) return null;
    // EFAULT: the page is not there, or may not be written just now. The guest tries again, as it would under any VMM
    // that knows why.
    if (result === -ERRNO.EFAULT) count(CONTROL.efaults);
    else if (result === -ERRNO.EINTR || result === -ERRNO.EAGAIN) count(CONTROL.interrupted);
    else return `vCPU ${vcpu.index}: KVM_RUN: ${errnoName(-result)}`;
  }
}

function exitName(reason: number, run: DataView): string {
  switch (reason) {
    case EXIT.mmio:
      return `the guest has left its memory, at 0x${run.getBigUint64(RUN.mmioAddress, true).toString(16)}`;
    case EXIT.shutdown:
      return 'the guest has met an exception (KVM_EXIT_SHUTDOWN)';
    case EXIT.failEntry:
      return 'the processor refused to enter the guest (KVM_EXIT_FAIL_ENTRY)';
    case EXIT.internalError:
      return `KVM could not go on (KVM_EXIT_INTERNAL_ERROR, ${run.getUint32(RUN.suberror, true)})`;
    default:
      return `unexpected exit ${reason} of the guest`;
  }
}

function say(message: VcpuMessage): void {
  parentPort?.postMessage(message);
}
