// Whom a wait for a lock is followed to, on traces of a few slices.

import { describe, expect, it } from 'vitest';
import { explainStall } from '../../web/src/timeline/explain.ts';
import { kindName } from '../../web/src/timeline/kinds.ts';
import { type LockChain, lockChain, WAITS_SHOWN } from '../../web/src/timeline/lock-chain.ts';
import type { SpanAt, Timeline } from '../../web/src/timeline/timeline.ts';
import { TimelineBuilder } from '../../web/src/timeline/timeline-builder.ts';

type Args = Readonly<Record<string, unknown>>;
type Slice = readonly [group: string, track: string, name: string, startNs: number, endNs: number, args?: Args];

function timelineOf(...slices: readonly Slice[]): Timeline {
  const builder = new TimelineBuilder();
  const groups = [...new Set(slices.map(([group]) => group))];
  const tracks = [...new Set(slices.map(([group, track]) => `${group}/${track}`))];
  for (const [group, track, name, startNs, endNs, args = {}] of slices) {
    const [pid, tid] = [groups.indexOf(group), tracks.indexOf(`${group}/${track}`)];
    builder.event({ ph: 'M', pid, name: 'process_name', args: { name: group } });
    builder.event({ ph: 'M', pid, tid, name: 'thread_name', args: { name: track } });
    builder.event({ ph: 'X', pid, tid, name, ts: startNs / 1000, dur: (endNs - startNs) / 1000, args });
  }
  return builder.finish();
}

const user = (text: string) => ({ task: text.slice(0, -2), mode: text.endsWith('w') ? 'write' : 'read' });

/** "vmm0 w": a task and its mode. */
const wait = (lock: string, who: string, startNs: number, endNs: number, holders: readonly string[], more: Args = {}) =>
  [
    `lock ${lock}`,
    user(who).task,
    `waits for ${lock}`,
    startNs,
    endNs,
    { task: user(who).task, lock, mode: user(who).mode, holder: holders.map(user), ...more },
  ] as const satisfies Slice;

function chainOf(timeline: Timeline, task: string): LockChain {
  for (const [lane, { group, rows }] of timeline.lanes.entries()) {
    for (const [row, spans] of rows.entries()) {
      for (let index = 0; group === 'lock' && index < spans.kind.length; index++) {
        if (timeline.notes[spans.note[index]!]!.task === task) return lockChain(timeline, { lane, row, index });
      }
    }
  }
  throw new Error(`${task} does not wait.`);
}

const told = ({ waits }: LockChain): string[] => waits.map(({ task, lock }) => `${task} ${lock.text}`);

describe('the chain behind a lock', () => {
  it('a holder that waited for another lock when the wait began: that wait, and what its holder was at', () => {
    const timeline = timelineOf(
      ['process 0', 'vmm0', 'madv-collapse', 0, 900, { index: 3 }],
      ['process 0', 'vmm1', 'munmap', 100, 500, { index: 4 }],
      wait('mmap_lock', 'vcpu0 r', 300, 800, ['vmm0 w'], { releasedBy: 'vmm0' }),
      wait('i_mmap_rwsem', 'vmm0 w', 200, 500, ['vmm1 w'], { releasedBy: 'vmm1' }),
    );
    const chain = chainOf(timeline, 'vcpu0');
    expect([told(chain), chain.isCut, chain.end]).toEqual([['vcpu0 mmap_lock', 'vmm0 i_mmap_rwsem'], false, null]);
    expect(chain.waits.map(({ holders: [holder] }) => holder!.within.map(({ text }) => text))).toEqual([
      ['madv-collapse, operation 3'],
      ['munmap, operation 4'],
    ]);
  });

  it('a wait of the holder that begins later: its own matter, unless it held the lock to the end', () => {
    const of = (releasedBy: string) =>
      timelineOf(
        wait('mmap_lock', 'vcpu0 r', 100, 800, ['vmm0 w'], { releasedBy }),
        wait('i_mmap_rwsem', 'vmm0 w', 200, 500, []),
      );
    expect(told(chainOf(of('vmm0'), 'vcpu0'))).toEqual(['vcpu0 mmap_lock', 'vmm0 i_mmap_rwsem']);
    expect(told(chainOf(of('vmm7'), 'vcpu0'))).toEqual(['vcpu0 mmap_lock']);
  });

  it('a reader among readers: the writer in the queue before it, past the readers between, and its readers', () => {
    const timeline = timelineOf(
      ['VM 0', 'vCPU 5', 'stall', 0, 700, { 'tlb-flush': 700 }],
      ['VM 0', 'vCPU 5', 'tlb-flush', 0, 700],
      wait('mmap_lock', 'vmm0 w', 100, 700, ['vcpu5 r'], { releasedBy: 'vcpu5' }),
      wait('mmap_lock', 'vcpu1 r', 200, 800, ['vcpu5 r'], { queuedBehind: user('vmm0 w'), releasedBy: 'vmm0' }),
      wait('mmap_lock', 'vcpu2 r', 300, 800, ['vcpu5 r'], { queuedBehind: user('vcpu1 r'), releasedBy: 'vmm0' }),
    );
    const { waits, end, others } = chainOf(timeline, 'vcpu2');
    expect(waits.map(({ task, behind }) => [task, behind?.text, behind?.passed])).toEqual([
      ['vcpu2', 'vmm0 (write)', 1],
      ['vmm0', undefined, undefined],
    ]);
    expect([end!.task, kindName(end!.kind), end!.ns, others]).toEqual(['vcpu5', 'tlb-flush', 700, 2]);
    const { lane, index } = end!.at as SpanAt;
    expect(explainStall(timeline, { lane, index })!.endNs).toBe(700);
  });

  it('a holder that was gone before the wait was over: on through the queue', () => {
    const timeline = timelineOf(
      wait('folio_lock', 'vcpu1 w', 100, 300, ['vmm0 w'], { releasedBy: 'vmm0' }),
      wait('folio_lock', 'vcpu2 w', 200, 400, ['vmm0 w'], { queuedBehind: user('vcpu1 w'), releasedBy: 'vcpu1' }),
    );
    expect(told(chainOf(timeline, 'vcpu2'))).toEqual(['vcpu2 folio_lock', 'vcpu1 folio_lock']);
  });

  it('a long queue: cut, and said to be', () => {
    const queue = Array.from({ length: 20 }, (_, at) => {
      const before = at === 0 ? 'vmm0 w' : `vcpu${at - 1} w`;
      return wait('folio_lock', `vcpu${at} w`, 100 + at, 1000 + at, ['vmm0 w'], {
        ...(at === 0 ? {} : { queuedBehind: user(before) }),
        releasedBy: user(before).task,
      });
    });
    const chain = chainOf(timelineOf(...queue), 'vcpu19');
    expect([chain.waits.length, chain.isCut]).toEqual([WAITS_SHOWN, true]);
    expect(chainOf(timelineOf(...queue), 'vcpu2').isCut).toBe(false);
  });

  it('two that wait for one another: each once', () => {
    const timeline = timelineOf(
      wait('a', 'vmm0 w', 100, 900, ['vmm1 w'], { releasedBy: 'vmm1' }),
      wait('b', 'vmm1 w', 100, 900, ['vmm0 w'], { releasedBy: 'vmm0' }),
    );
    const chain = chainOf(timeline, 'vmm0');
    expect([told(chain), chain.isCut]).toEqual([['vmm0 a', 'vmm1 b'], false]);
  });

  it('more holders than are shown: the one that let the waiter in is the first', () => {
    const readers = ['vcpu1 r', 'vcpu2 r', 'vcpu3 r', 'vcpu4 r', 'vcpu5 r'];
    const more = { moreHolders: 2, releasedBy: 'vcpu4' };
    const [first] = chainOf(timelineOf(wait('mmap_lock', 'vmm0 w', 0, 50, readers, more)), 'vmm0').waits;
    expect([first!.holders.map(({ text }) => text), first!.moreHolders]).toEqual([
      ['vcpu4 (read)', 'vcpu1 (read)', 'vcpu2 (read)'],
      4,
    ]);
  });
});

describe('a stall on a lock', () => {
  const STALL = ['VM 0', 'vCPU 0', 'stall', 100, 900, { 'mmap-lock': 800 }] as const;
  const OPERATION = ['process 0', 'vmm0', 'madv-collapse', 0, 950, { index: 0 }] as const;
  const explained = (args: Args, waits: Slice) => {
    const timeline = timelineOf(STALL, ['VM 0', 'vCPU 0', 'mmap-lock', 100, 900, args], OPERATION, waits);
    const lane = timeline.lanes.findIndex(({ id }) => id === 'vcpu 0');
    return explainStall(timeline, { lane, index: 0 })!.steps[0]!;
  };

  it('no record of its holder: the operation that was under way meanwhile, as a guess', () => {
    const step = explained({}, ['lock mmap_lock', 'vcpu0', 'waits for mmap_lock', 100, 900]);
    expect([step.lock!.waits[0]!.holders, step.meanwhile.map(({ text }) => text)]).toEqual([
      [],
      ['madv-collapse by vmm0'],
    ]);
  });

  it('several holders, none of whom was the last: all of them, no conclusion, and no guess', () => {
    const readers = ['vcpu1 r', 'vcpu2 r'];
    const step = explained(
      { lock: 'mmap_lock', mode: 'write', holder: readers.map(user) },
      wait('mmap_lock', 'vcpu0 w', 100, 900, readers),
    );
    expect(step.lock!.waits[0]!.holders.map(({ text }) => text)).toEqual(['vcpu1 (read)', 'vcpu2 (read)']);
    expect([step.conclusion, step.chain, step.meanwhile]).toEqual([null, [], []]);
  });

  it('many waits for one lock in one stall, each behind another: one step', () => {
    const args = (behind: string) => ({
      causedBy: 'mmap_lock held by vmm0 (write)',
      conclusion: 'holder',
      lock: 'mmap_lock',
      queuedBehind: user(behind),
    });
    const timeline = timelineOf(
      STALL,
      ['VM 0', 'vCPU 0', 'mmap-lock', 100, 300, args('vcpu1 r')],
      ['VM 0', 'vCPU 0', 'mmap-lock', 400, 900, args('vcpu2 r')],
    );
    const { steps } = explainStall(timeline, { lane: 0, index: 0 })!;
    expect(steps.map(({ ns, count }) => [ns, count])).toEqual([[700, 2]]);
  });
});
