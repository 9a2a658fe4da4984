// What else a process holds beside the guest's memory: a fork copies all of it, in the order of addresses.

import { readFileSync } from 'node:fs';

/** Bytes of private memory that has pages of its own, below the guest's memory and above it. */
export interface AroundBytes {
  readonly below: number;
  readonly above: number;
}

/** Read from /proc/self/smaps, where `Anonymous` is what a fork has to copy entry by entry. */
export function memoryAround(
  start: number,
  end: number,
  smaps = readFileSync('/proc/self/smaps', 'latin1'),
): AroundBytes {
  const around = { below: 0, above: 0 };
  let address = 0;
  for (const line of smaps.split('\n')) {
    const mapping = /^([0-9a-f]+)-[0-9a-f]+ /.exec(line);
    if (mapping !== null) address = Number.parseInt(mapping[1] ?? '', 16);
    const anonymous = /^Anonymous:\s+(\d+) kB$/.exec(line);
    if (anonymous === null || (address >= start && address < end)) continue;
    around[address < start ? 'below' : 'above'] += Number(anonymous[1]) * 1024;
  }
  return around;
}
