// Pages that mm has given away, copied or freed, while an SPTE still led to them: what the guest does through that SPTE from
// then on goes to nobody. There are none in a sound run, and then nothing is kept here.
//
// vCPUs do not step through accesses that hit, so no write is seen as it happens. A page that is given away marks where each
// vCPU stands; when its SPTE goes, or the run ends, each is asked whether it has touched the page since, which a pattern
// answers by arithmetic for any stretch of accesses.

import { gfn } from '../mm/address.ts';
import type { AccessEpoch } from './accessed.ts';
import { reportAt } from './checkers.ts';
import type { Kvm } from './kvm.ts';

interface GivenAway {
  readonly first: number;
  readonly pages: number;
  readonly writable: boolean;
  readonly sinceNs: number;
  readonly epoch: AccessEpoch;
}

/** More are not followed: the first few show what there is to show. */
const FOLLOWED = 64;

export class GivenAwayPages {
  readonly #kvm: Kvm;
  #list: GivenAway[] = [];
  #listens = false;

  constructor(kvm: Kvm) {
    this.#kvm = kvm;
  }

  /** The SPTE of `pages` frames from `first` leads to what is nobody's from now on. */
  follow(first: number, pages: number, writable: boolean): void {
    const kvm = this.#kvm;
    if (this.#list.length >= FOLLOWED) return;
    if (this.#list.some((other) => other.first === first && other.pages === pages)) return;
    this.#list.push({ first, pages, writable, sinceNs: kvm.machine.sim.now, epoch: kvm.accesses.now() });
    if (this.#listens) return;
    this.#listens = true;
    // Before any vCPU learns that the SPTE has gone, and goes on to its next miss.
    kvm.spteListeners.push((from, count) => this.#judge(from, from + count));
  }

  /** The run is over: what is still translated counts up to here. */
  settle(): void {
    this.#judge(0, Number.POSITIVE_INFINITY);
  }

  #judge(from: number, to: number): void {
    const kvm = this.#kvm;
    const left: GivenAway[] = [];
    for (const page of this.#list) {
      const { first, pages, writable, sinceNs, epoch } = page;
      if (first >= to || first + pages <= from) {
        left.push(page);
        continue;
      }
      if (!writable || !kvm.accesses.wroteSince(epoch, gfn(first), pages)) continue;
      const message =
        `the guest has written to ${pages} pages from gfn ${first} since ${sinceNs} ns, when they had been copied or freed: ` +
        'what it wrote is lost';
      reportAt(kvm, 'lost-write', message, { gfn: first, pages, sinceNs }, first, first + pages);
    }
    this.#list = left;
  }
}
