// The VMM's side of a userfaultfd in a small world: it has the page that each fault asks for at hand, and puts it in place.

import type { Process } from '../engine/process.ts';
import { type Hva, hva, PAGE_SIZE } from '../mm/address.ts';
import type { Result } from '../mm/errno.ts';
import { HugetlbVma } from '../mm/hugetlb-vma.ts';
import { uffdioContinue } from '../mm/operations/uffdio-continue.ts';
import { uffdioCopy } from '../mm/operations/uffdio-copy.ts';
import { uffdioWriteprotect } from '../mm/operations/uffdio-writeprotect.ts';
import { registerUserfault, type UffdMessage, UserfaultfdCtx, type UserfaultMode } from '../mm/userfaultfd.ts';
import { userfaultfdPoll, userfaultfdRead } from '../mm/userfaultfd-read.ts';
import { userfaultfdWake } from '../mm/userfaultfd-wake.ts';
import type { Vma } from '../mm/vma.ts';
import type { ExplorationQuestion } from './exploration-types.ts';

/** A page that is not in its file is missing, so an fd for minor faults is for both. */
const modesOf: Readonly<Record<ExplorationQuestion['userfault']['mode'], readonly UserfaultMode[]>> = {
  none: [],
  missing: ['missing'],
  minor: ['missing', 'minor'],
  wp: ['wp'],
};

/** Registers all of the memory; null: nothing is to be registered. */
export function openUserfault(vma: Vma, mode: ExplorationQuestion['userfault']['mode']): UserfaultfdCtx | null {
  if (mode === 'none') return null;
  const ctx = new UserfaultfdCtx(vma.mm);
  registerUserfault(ctx, vma.start, vma.end, modesOf[mode]);
  return ctx;
}

/** Reads and answers for ever: a daemon. */
export function* answerUserfaults(ctx: UserfaultfdCtx, vma: Vma): Process<void> {
  for (;;) {
    const message = yield* userfaultfdRead(ctx);
    if (message === null) yield* userfaultfdPoll(ctx);
    else yield* answer(ctx, vma, message);
  }
}

/** Where the ioctl fails, such as for a page that somebody else has mapped, the sleepers are woken all the same: they look again. */
function* answer(ctx: UserfaultfdCtx, vma: Vma, { mode, address }: UffdMessage): Process<void> {
  const { mm } = ctx;
  const huge = vma instanceof HugetlbVma ? vma : null;
  // Of hugetlb, HGM lets small pieces be shown; what is copied, and what is protected, are huge pages.
  const whole = huge !== null && mode !== 'minor';
  const start: Hva = whole ? huge.hugePageStart(address) : address;
  const end = hva(start + (whole ? huge.hugePageSize : PAGE_SIZE));
  let result: Result;
  if (mode === 'minor') result = yield* uffdioContinue(mm, start, end);
  else if (mode === 'missing') result = yield* uffdioCopy(mm, start, end);
  else result = yield* uffdioWriteprotect(mm, start, end, { protect: false });
  if (result !== 0) yield* userfaultfdWake(ctx, start, end);
}
