import { readdirSync, readFileSync } from 'node:fs';
import { childrenOf, filesOf } from './processes.ts';

/** What a process holds that a measurement takes and has to give back. What the collector moves and maps is not in it. */
export interface Belongings {
  /** By what they are, without numbers that are never the same twice: "anon_inode:kvm-vcpu", "socket". */
  readonly files: Readonly<Record<string, number>>;
  readonly guestMappings: readonly string[];
  readonly threads: number;
  readonly children: readonly number[];
  readonly cpus: string;
  /** Of its namespace, with all that others have mounted there. */
  readonly mounts: readonly string[];
  /** With a handler a signal no longer ends the process. */
  readonly signalHandlers: number;
}

export function belongings(): Belongings {
  return {
    files: count(filesOf('self').map(kindOf)),
    guestMappings: readFileSync('/proc/self/maps', 'latin1').match(/\/memfd:stallscope|kvm-\S+|\[userfaultfd\]/g) ?? [],
    threads: readdirSync('/proc/self/task').length,
    children: childrenOf(process.pid),
    cpus: /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '',
    mounts: readFileSync('/proc/self/mounts', 'latin1').split('\n'),
    signalHandlers: process.listenerCount('SIGUSR2'),
  };
}

/** "socket:[4711]" to "socket"; "anon_inode:kvm-vcpu:0" to "anon_inode:kvm-vcpu". */
const kindOf = (file: string): string => file.replace(/:\[?\d+\]?$/, '');

function count(kinds: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of [...kinds].sort()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
