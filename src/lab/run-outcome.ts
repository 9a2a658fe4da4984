// How a run has ended, and what must hold then: for a run to its end, and for one that is driven from outside.

import type { RunOutcome } from '../engine/simulation.ts';
import { checkAllSptes, checkAtRest as checkSptesAtRest } from '../kvm/checkers.ts';
import { checkFolioCounts, checkMappedHugePages } from '../mm/checkers.ts';
import { checkPageCounts } from '../mm/page-checkers.ts';
import { checkUserfaultWaiters } from '../mm/userfaultfd-checkers.ts';
import { checkLockWaiters } from '../mm/waiter-checkers.ts';
import type { Finding } from './run-types.ts';
import type { World } from './world.ts';

/** As a finding, if the run did not come to its own end. Throws if the model itself is wrong. */
export function describeOutcome(outcome: RunOutcome, simTimeNs: number): Finding | 'done' {
  switch (outcome.kind) {
    case 'failed':
      throw outcome.error;
    case 'event-budget': {
      const message = `the run met its budget of ${outcome.events} events (limits.events) at ${simTimeNs} ns`;
      return { kind: 'event-budget', message, simTimeNs, evidence: { events: outcome.events } };
    }
    case 'time-budget': {
      const message = `the run met its budget of ${outcome.simulatedNs} ns of simulated time (limits.simulated)`;
      return { kind: 'time-budget', message, simTimeNs, evidence: { simulatedNs: outcome.simulatedNs } };
    }
    case 'deadlock': {
      const blocked = outcome.waiting.filter(({ waitingFor }) => waitingFor !== null);
      const names = (blocked.length > 0 ? blocked : outcome.waiting).map(
        ({ task, waitingFor }) => `${task} waits for ${waitingFor ?? 'nothing that comes'}`,
      );
      return { kind: 'deadlock', message: names.join('; '), simTimeNs, evidence: outcome.waiting };
    }
    case 'idle':
    case 'until':
      return 'done';
  }
}

export const blockedTasks = ({ machine: { sim } }: World): string[] =>
  sim.tasks().flatMap(({ name, state }) => (state === 'parked' ? name : []));

/** What lockdep finds is a finding of the run, at the moment of its discovery. */
export function reportLockdep({ machine }: World): void {
  machine.sim.lockdep.channel.listen(({ kind, message, simTimeNs, chains }) =>
    machine.findings.add(
      { kind: `lockdep-${kind}`, message, simTimeNs, evidence: { chains } },
      { tasks: chains.map(({ task }) => task) },
    ),
  );
}

/** All that must hold when a run is over; `settled`: nobody is on the way. */
export function checkAtRest(world: World, settled: boolean): void {
  checkMm(world, settled);
  for (const { kvm } of world.vms) checkAllSptes(kvm);
}

/** The same in the middle of a simulation: changes nothing, and so says nothing of writes that are not lost yet. */
export function checkResting(world: World): void {
  checkMm(world, true);
  for (const { kvm } of world.vms) if (kvm.checks !== null) checkSptesAtRest(kvm);
}

function checkMm({ machine }: World, settled: boolean): void {
  // A fault under way holds references that are not told apart from those of mappings; so does a child that exits.
  if (settled && machine.mms.every(({ exiting }) => !exiting)) {
    checkFolioCounts(machine);
    checkMappedHugePages(machine);
    checkPageCounts(machine);
  }
  checkUserfaultWaiters(machine);
  checkLockWaiters(machine);
}
