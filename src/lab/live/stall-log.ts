// The closed stall windows of a simulation: their sums for ever, themselves as long as they are among the newest.

import { isSleep, type StallCause, type StallWindow } from '../../kvm/stall-windows.ts';
import type { LiveStall, LiveStallSummary, LiveStalls, StallQuery } from './live-types.ts';
import { Newest } from './newest.ts';

export class StallLog {
  readonly #windows: Newest<StallWindow>;
  readonly #byCauseNs: Partial<Record<StallCause, number>> = {};
  #totalNs = 0;
  #maxNs = 0;
  #spinNs = 0;
  #sleepNs = 0;

  constructor(kept: number) {
    this.#windows = new Newest(kept);
  }

  add(window: StallWindow): void {
    const ns = window.endNs - window.startNs;
    this.#windows.push(window);
    this.#totalNs += ns;
    this.#maxNs = Math.max(this.#maxNs, ns);
    for (const [cause, causeNs] of Object.entries(window.causes) as [StallCause, number][]) {
      this.#byCauseNs[cause] = (this.#byCauseNs[cause] ?? 0) + causeNs;
      if (isSleep(cause)) this.#sleepNs += causeNs;
      else this.#spinNs += causeNs;
    }
  }

  summary(open: number): LiveStallSummary {
    return {
      count: this.#windows.total,
      totalNs: this.#totalNs,
      maxNs: this.#maxNs,
      byCauseNs: { ...this.#byCauseNs },
      spinNs: this.#spinNs,
      sleepNs: this.#sleepNs,
      open,
    };
  }

  page(
    { fromIndex, limit, vcpu }: { fromIndex: number; limit: number; vcpu: StallQuery['vcpu'] },
    open: LiveStalls['open'],
  ): LiveStalls {
    const items: LiveStall[] = [];
    let next: number | null = null;
    for (const [index, window] of this.#windows.from(fromIndex)) {
      if (vcpu !== undefined && window.vcpu !== vcpu) continue;
      if (items.length === limit) {
        next = index;
        break;
      }
      items.push({ index, ...window });
    }
    const { total, dropped } = this.#windows;
    return { items, next, total, dropped, open };
  }
}
