import type { KvmVcpu } from './kvm.ts';

/** A vCPU that executes HLT and is never woken: it wants nothing, and a flush only sets its request bit. */
export class HaltedVcpu implements KvmVcpu {
  readonly isInGuest = false;
  kick(): void {}
  spteCleared(): void {}
  spteInstalled(): void {}
  spteProtected(): void {}
}
