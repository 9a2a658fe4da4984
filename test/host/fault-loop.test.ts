// Everything that is taken from the kernel is given back in order, also when the kernel says no in the middle.

import { describe, expect, it } from 'vitest';
import { GuestVcpu } from '../../src/host/guest-vcpu.ts';
import { KernelEventRecorder } from '../../src/host/kernel-events/kernel-events.ts';
import { PR_GET_THP_DISABLE } from '../../src/host/linux.ts';
import { LruDrain } from '../../src/host/lru-drain.ts';
import { System } from '../../src/host/system.ts';
import { TestMemory } from '../../src/host/test-memory.ts';
import { TimedCalls } from '../../src/host/timed-call.ts';
import { Userfaultfd } from '../../src/host/userfaultfd.ts';
import { VirtualMachine } from '../../src/host/virtual-machine.ts';
import type { MemoryKind } from '../../src/host/vocabulary.ts';
import { warmMemory } from '../../src/host/warm-memory.ts';
import { belongings } from '../support/belongings.ts';
import { failingSystem } from '../support/failing-system.ts';
import { noGuest, noSystem } from './support.ts';

const BYTES = 4 * 2 ** 20;
const CALLS_MAX = 500;
const VMS = 5;

const memoryOf = (kind: MemoryKind) => (system: System) => {
  using cleanup = new DisposableStack();
  const memory = new TestMemory(system, kind, BYTES);
  cleanup.defer(() => memory.close());
  memory.makeReady({ offset: 0, bytes: BYTES });
};

const parts: readonly { name: string; needsGuest?: true; makeAndClose: (system: System) => void }[] = [
  { name: 'anonymous memory', makeAndClose: memoryOf({ backing: 'anonymous', folios: '4k', mapped: '4k' }) },
  { name: 'a huge page by entries', makeAndClose: memoryOf({ backing: 'shmem', folios: '2m', mapped: '4k' }) },
  { name: 'the warming', makeAndClose: (system) => warmMemory(system, BYTES) },
  { name: 'the drain', makeAndClose: (system) => new LruDrain(system).close() },
  { name: 'timed calls', makeAndClose: (system) => new TimedCalls(system).close() },
  { name: 'a userfaultfd', makeAndClose: (system) => new Userfaultfd(system).close() },
  {
    name: 'the recorder of kernel events',
    makeAndClose: (system) =>
      new KernelEventRecorder(system, [{ thread: process.pid, task: 'operator' }], [['mmap_lock', 'all']]).close(),
  },
  { name: 'a VM', needsGuest: true, makeAndClose: (system) => new VirtualMachine(system, 2).close() },
];

describe('what is taken from the kernel', () => {
  it.for(parts)('$name, the n-th system call fails, for every n: nothing is left', async (part, { skip }) => {
    const missing = part.needsGuest ? noGuest : noSystem;
    if (missing !== null) skip(missing);
    const real = await System.load();
    const thpDisabled = real.try('prctl', PR_GET_THP_DISABLE);
    const before = belongings();
    for (let failing = 1; failing < CALLS_MAX; failing++) {
      const { system, hasFailed, mapped } = failingSystem(real, failing);
      let failure = 'none';
      try {
        part.makeAndClose(system);
      } catch (error) {
        failure = String(error);
      }
      expect([...mapped], `call ${failing}: ${failure}`).toEqual([]);
      expect(belongings(), `call ${failing}: ${failure}`).toEqual(before);
      expect(real.try('prctl', PR_GET_THP_DISABLE)).toBe(thpDisabled);
      if (!hasFailed()) {
        if (/it needs root|tracefs is not readable|none of the events/.test(failure)) skip(failure);
        expect(failure).toBe('none');
        return;
      }
    }
    throw new Error(`it makes more than ${CALLS_MAX} calls`);
  });

  it(`${VMS} VMs one after the other in one process: no file, mapping, thread or handler is left`, async ({ skip }) => {
    if (noGuest !== null) skip(noGuest);
    const system = await System.load();
    const runOne = async (): Promise<void> => {
      await using cleanup = new AsyncDisposableStack();
      const machine = new VirtualMachine(system, 2);
      cleanup.defer(() => machine.close());
      for (const vcpu of machine.vcpus) {
        const started = await GuestVcpu.start(system, machine, { vcpu, cpu: null });
        cleanup.defer(() => started.stop());
        await started.makes(1_000);
      }
      expect(belongings().guestMappings.length).toBeGreaterThanOrEqual(2);
    };
    // The first one starts threads of the runtime that stay.
    await runOne();
    const before = belongings();
    for (let vm = 0; vm < VMS; vm++) {
      await runOne();
      expect(belongings(), `after VM ${vm}`).toEqual(before);
    }
  });
});
