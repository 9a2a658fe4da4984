// Userfaultfd, and the host that a post-copy migration comes from.

import Type from 'typebox';
import { GIB, KIB, MIB, SECOND, US } from '../units.ts';
import { userfaultModes } from '../vocabulary.ts';
import { closed, count, oneOf, size, time } from './fields.ts';

export const userfaultSchema = Type.Object(
  {
    mode: oneOf(userfaultModes, 'none', 'Which faults of the memory go to userspace.'),
    writeProtect: Type.Boolean({
      default: false,
      description: 'Also writes to pages that uffdio-writeprotect has protected.',
    }),
    fds: count(1, 256, 1, 'fds', 'Userfaultfds, each for an equal part of the memory.'),
    readers: count(1, 64, 1, 'threads', 'Threads of the VMM that poll each fd.'),
    exactAddress: Type.Boolean({
      default: false,
      description:
        'Messages of hugetlb memory name the 4K page (UFFD_FEATURE_EXACT_ADDRESS). False: its huge page, but for HGM v1 and v2.',
    }),
  },
  { ...closed, description: 'Userfaultfd.' },
);

const pageSizeOrNull = (description: string) =>
  Type.Union([Type.Literal('4k'), Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
    default: null,
    description,
    expected: '"4k", "2m", "1g" or null',
  });

export const peerSchema = Type.Object(
  {
    pageSize: pageSizeOrNull(
      'Size of the pages that the source of a post-copy migration sends. Null: there is no migration.',
    ),
    latency: time(0, SECOND, 10 * US, 'From one host to the other, one way.'),
    bandwidth: Type.Integer({
      minimum: 1_000_000,
      maximum: 1_000_000_000_000,
      default: 12_500_000_000,
      unit: 'bytes/s',
      description: 'Of the link, for all connections together.',
    }),
    background: Type.Boolean({
      default: true,
      description: 'The source also sends what nobody asks for, in order; the run goes on until all has come.',
    }),
    preempt: Type.Boolean({
      default: false,
      description: 'A connection of their own for pages that are asked for.',
    }),
    receivers: count(1, 64, 1, 'threads', 'Connections of the background stream, each with a thread at both ends.'),
    window: size(
      64 * KIB,
      GIB,
      MIB,
      'Bytes that a connection has under way at most; a page that is asked for goes behind them.',
    ),
    collapse: Type.Union([Type.Literal('2m'), Type.Literal('1g'), Type.Null()], {
      default: null,
      description: 'The VMM collapses each page of this size as soon as all of it has come. Null: it does not.',
      expected: '"2m", "1g" or null',
    }),
  },
  { ...closed, description: 'The host that the VM comes from, in a post-copy migration.' },
);
