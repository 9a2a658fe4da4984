// Processes of this machine, as /proc shows them.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface ProcessFacts {
  readonly pid: number;
  readonly parent: number;
  readonly session: number;
  /** One that has ended and that its parent has not asked after. */
  readonly isZombie: boolean;
}

export function allProcesses(): ProcessFacts[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => factsOf(Number(name)) ?? []);
}

/** Null: there is no such process any more. */
export function factsOf(pid: number): ProcessFacts | null {
  try {
    const [state, parent, , session] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
    return { pid, parent: Number(parent), session: Number(session), isZombie: state === 'Z' };
  } catch {
    return null;
  }
}

/** Whether it runs; what only waits to be asked after does not. */
export const isAlive = (pid: number): boolean => factsOf(pid)?.isZombie === false;

export const childrenOf = (parent: number): number[] =>
  allProcesses()
    .filter((one) => one.parent === parent)
    .map(({ pid }) => pid);

/** Those that it has started, with those that they have started. */
export const descendantsOf = (parent: number): number[] =>
  childrenOf(parent).flatMap((pid) => [pid, ...descendantsOf(pid)]);

export const hasGuest = (pid: number): boolean => filesOf(pid).some((file) => file.includes('kvm-vcpu'));

/** What its file descriptors are, as far as that can be known. */
export function filesOf(pid: number | 'self'): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        // The one with which the folder is read.
        return [];
      }
    });
  } catch {
    return [];
  }
}
