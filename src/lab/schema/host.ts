// The host that a scenario runs on.

import Type from 'typebox';
import { MINUTE, SECOND } from '../units.ts';
import { kernels, preemptions } from '../vocabulary.ts';
import { closed, count, nameSchema, oneOf, time } from './fields.ts';

export const machineSchema = Type.Object(
  {
    profile: nameSchema('epyc-uncontended', 'Cost profile: what each step costs, in nanoseconds.'),
    kernel: oneOf(kernels, '6.12', 'Kernel version that the fault path and the zap follow.'),
    preemption: oneOf(preemptions, 'full', 'Preemption model of the kernel.'),
    cpus: count(1, 1024, 16, 'CPUs', 'CPUs of the host; at least as many as there are vCPUs.'),
    earlyRetryCheck: Type.Union([Type.Boolean(), Type.Null()], {
      default: null,
      description: 'Whether a fault looks for an open invalidation before GUP. Null: as the kernel version does.',
      expected: 'true, false or null',
    }),
    nxHugePages: Type.Boolean({
      default: false,
      description:
        'The host mitigates the iTLB multihit: in 6.1 no huge SPTE replaces a table that is left of smaller ones.',
    }),
  },
  { ...closed, description: 'The host.' },
);

export const khugepagedSchema = Type.Object(
  {
    pagesToScan: count(
      1,
      1 << 20,
      4096,
      'PTEs',
      'What khugepaged-scan looks at in one pass, before it sleeps (pages_to_scan).',
    ),
    scanSleep: time(0, MINUTE, 10 * SECOND, 'For how long it sleeps between two passes (scan_sleep_millisecs).'),
    maxPtesNone: count(0, 511, 511, 'PTEs', 'How many pages of a 2 MiB block may be missing (max_ptes_none).'),
  },
  { ...closed, description: "The host's settings of khugepaged." },
);
