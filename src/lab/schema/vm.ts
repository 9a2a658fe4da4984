// The virtual machine and its memory.

import Type from 'typebox';
import { GIB, MIB, MS, PAGE_BYTES, SECOND, US } from '../units.ts';
import { backings, folioSizes, guestPages, hgmVersions, mappedSizes, mmus } from '../vocabulary.ts';
import { closed, count, fraction, MAX_MEMORY_BYTES, oneOf, size, time } from './fields.ts';

const memslotSchema = Type.Object(
  {
    guestStart: size(0, 4 * MAX_MEMORY_BYTES, 0, 'Guest address at which it begins.'),
    start: size(0, MAX_MEMORY_BYTES, 0, 'Offset into the memory of the VM.'),
    length: size(PAGE_BYTES, MAX_MEMORY_BYTES, GIB, 'Length.'),
  },
  { ...closed, description: 'One memslot.' },
);

export const vmSchema = Type.Object(
  {
    vcpus: count(1, 256, 8, 'vCPUs', 'vCPUs of each VM, each on a CPU of its own.'),
    count: count(1, 16, 1, 'VMs', 'VMs of each process, all over the one mapping of the memory.'),
    processes: count(
      1,
      16,
      1,
      'processes',
      'Processes that map the memory, each with VMs; anonymous memory: one each.',
    ),
    backends: count(
      0,
      16,
      0,
      'processes',
      'Further processes that map the memory and have no VM, as back ends of vhost-user do.',
    ),
    memory: size(2 * MIB, MAX_MEMORY_BYTES, GIB, 'Memory of the VM; a multiple of the page size of its backing.'),
    backing: oneOf(backings, 'hugetlb-1g', 'What the memory is made of.'),
    mapped: oneOf(mappedSizes, '4k', 'Size of the host page-table entries at time 0; not above that of the backing.'),
    folios: Type.Union([oneOf(folioSizes, '4k', 'Size of the folios.'), Type.Null()], {
      default: null,
      description: 'Size of the folios of anonymous and shmem memory. Null: as large as the entries that map them.',
      expected: '"4k", "2m" or null',
    }),
    populatedFraction: fraction(1, 'Part of the memory that is mapped at time 0, drawn at random.'),
    sptePopulatedFraction: fraction(
      1,
      'Part of the mapped pages for which KVM holds an SPTE at time 0, drawn at random.',
    ),
    youngFraction: fraction(
      0.1,
      'khugepaged-scan: part of the mapped pages that are young in the host at time 0, drawn at random; it asks KVM about the others.',
    ),
    memslots: Type.Union([Type.Array(memslotSchema, { maxItems: 64 }), Type.Null()], {
      default: null,
      description:
        "KVM's memslots; two of them may map the same memory. guest.range then counts guest addresses. Null: one over all of the memory.",
      expected: 'a list of up to 64 memslots, or null',
    }),
    pfnCaches: count(
      0,
      256,
      0,
      'pages',
      "Pages that KVM itself writes for the first so many vCPUs, such as a vCPU's clock (gfn_to_pfn_cache); at most vm.vcpus.",
    ),
    pfnCacheUse: time(US, SECOND, MS, 'How often a vCPU leaves the guest for such a page to be written.'),
    mmu: oneOf(mmus, 'tdp', "KVM's MMU."),
    guestPage: Type.Union([oneOf(guestPages, '2m', "Size of the guest's pages."), Type.Null()], {
      default: null,
      description:
        'Size of the pages with which the guest maps all of its memory, for shadow paging: no SPTE is larger. Null: 2m, or of no effect where vm.mmu is tdp.',
      expected: '"4k", "2m", "1g" or null',
    }),
    asyncPageFault: Type.Boolean({
      default: false,
      description: 'The guest takes async page faults: it runs another task while the host waits for a page.',
    }),
  },
  { ...closed, description: 'The virtual machine, or several alike.' },
);

export const hgmSchema = Type.Object(
  {
    version: oneOf(hgmVersions, 'v2', 'Revision of the HGM series whose locks hugetlb_collapse() follows.'),
    chunkBytes: size(2 * MIB, MAX_MEMORY_BYTES, 2 * MIB, 'What range-chunked puts into one section; a power of two.'),
  },
  { ...closed, description: 'HugeTLB high-granularity mapping.' },
);
