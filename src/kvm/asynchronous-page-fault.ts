// Async page faults: where a page would have to be waited for, a worker waits, and the vCPU goes back to its guest, which runs
// another task until it hears that the page is there.

import { WaitQueue } from '../engine/locks/wait-queue.ts';
import type { Process } from '../engine/process.ts';
import type { Gfn } from '../mm/address.ts';
import { gupSlow, putFolio } from '../mm/gup.ts';
import { userfaultfdWaitClass } from '../mm/userfaultfd-queues.ts';
import type { Kvm } from './kvm.ts';

/** An access that the guest has put aside. */
export interface AsideAccess {
  readonly frame: Gfn;
  readonly write: boolean;
}

/** ASYNC_PF_PER_VCPU. */
const MOST_UNDER_WAY = 64;

/**
 * The async page faults of one vCPU.
 *
 * Models   kvm_setup_async_pf(), async_pf_execute() and kvm_check_async_pf_completion(), virt/kvm/async_pf.c, with
 *          kvm_arch_setup_async_pf(), arch/x86/kvm/mmu/mmu.c.
 * Left out The guest's side is one task for each access: its switch costs guestSwitchNs, and there is always another task that
 *          has something to do. A guest that has interrupts off or runs a task of its kernel, which cannot switch.
 */
export class AsyncPf {
  readonly #kvm: Kvm;
  readonly #name: string;
  readonly #cpu: number;
  readonly #completed: () => void;
  readonly #underWay = new Map<Gfn, WaitQueue>();
  readonly #ready: AsideAccess[] = [];
  readonly stats = { setUp: 0, halts: 0, refused: 0 };

  constructor(kvm: Kvm, vcpu: { readonly id: number; readonly cpu: number }, completed: () => void) {
    this.#kvm = kvm;
    this.#name = `apf${vcpu.id}`;
    this.#cpu = vcpu.cpu;
    this.#completed = completed;
  }

  /**
   * `aside`: a worker brings the page. `retry`: one does so already, and the vCPU has halted until it was there
   * (KVM_REQ_APF_HALT). `refused`: too many are under way, the vCPU waits for the page itself.
   */
  *setUp(access: AsideAccess): Process<'aside' | 'retry' | 'refused'> {
    const { sim } = this.#kvm.machine;
    const underWay = this.#underWay.get(access.frame);
    if (underWay !== undefined) {
      this.stats.halts += 1;
      yield* underWay.wait();
      return 'retry';
    }
    if (this.#underWay.size >= MOST_UNDER_WAY) {
      this.stats.refused += 1;
      return 'refused';
    }
    this.stats.setUp += 1;
    this.#underWay.set(access.frame, new WaitQueue(sim, userfaultfdWaitClass));
    sim.spawn(this.#name, this.#execute(access), { cpu: this.#cpu, daemon: true });
    return 'aside';
  }

  get hasReady(): boolean {
    return this.#ready.length > 0;
  }

  /** The next access whose page is there. */
  takeReady(): AsideAccess | undefined {
    return this.#ready.shift();
  }

  *#execute(access: AsideAccess): Process<void> {
    const { mm, machine } = this.#kvm;
    const address = this.#kvm.memslotOf(access.frame)?.hva(access.frame);
    if (address !== undefined) {
      const page = yield* gupSlow(mm, address, access.write);
      if (typeof page !== 'string') yield* machine.sim.spend(putFolio(page.folio, this.#cpu));
    }
    this.#underWay.get(access.frame)?.wakeAll();
    this.#underWay.delete(access.frame);
    this.#ready.push(access);
    this.#completed();
  }
}
