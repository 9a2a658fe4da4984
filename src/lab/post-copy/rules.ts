// What must hold between the fields that say which faults go to userspace, and where its pages come from.

import { backingBytes, leafBytes } from '../operation-rules.ts';
import type { Rule } from '../scenario-rules.ts';
import type { Scenario } from '../scenario-schema.ts';
import { formatSize } from '../units.ts';

const isHugetlb = ({ backing }: Scenario['vm']): boolean => backing.startsWith('hugetlb');

/** The size of page that userspace can place: of hugetlb a whole page, of other memory a small one. */
const placedBytes = (vm: Scenario['vm']): number => (isHugetlb(vm) ? backingBytes[vm.backing] : leafBytes['4k']);

export const postCopyRules: readonly Rule[] = [
  {
    reads: ['userfault.mode', 'vm.backing', 'vm.mapped'],
    check: ({ userfault, vm }, refuse) => {
      if (userfault.mode === 'minor' && vm.backing === 'anonymous') {
        refuse(
          'userfault.mode',
          'must be "missing" or "none" for anonymous memory, which no page cache has, got "minor"',
        );
      }
      if (userfault.mode === 'missing' && vm.backing !== 'anonymous' && vm.mapped !== 'none') {
        refuse(
          'vm.mapped',
          `must be "none" where userfault.mode is "missing", got "${vm.mapped}": the file would be full`,
        );
      }
    },
  },
  {
    reads: ['userfault.fds', 'vm.memory', 'vm.backing'],
    check: ({ userfault, vm }, refuse) => {
      const pages = vm.memory / backingBytes[vm.backing];
      if (userfault.fds <= pages) return;
      const size = formatSize(backingBytes[vm.backing]);
      refuse('userfault.fds', `must be at most the ${pages} parts of ${size} that vm.memory has, got ${userfault.fds}`);
    },
  },
  {
    reads: ['peer.pageSize', 'userfault.mode', 'vm'],
    check: ({ peer, userfault, vm }, refuse) => {
      if (peer.pageSize === null) return;
      if (userfault.mode === 'none') {
        refuse('userfault.mode', 'must be "missing" or "minor" where peer.pageSize names a size, got "none"');
      }
      if (vm.mapped !== 'none') {
        refuse('vm.mapped', `must be "none" where peer.pageSize names a size, got "${vm.mapped}"`);
      }
      const why = 'where peer.pageSize names a size: one VMM receives the memory';
      if (vm.processes > 1) refuse('vm.processes', `must be 1 ${why}, got ${vm.processes}`);
      if (vm.backends > 0) refuse('vm.backends', `must be 0 ${why}, got ${vm.backends}`);
    },
  },
  {
    reads: ['peer.pageSize', 'userfault.mode', 'vm.backing'],
    check: ({ peer, userfault, vm }, refuse) => {
      if (peer.pageSize === null) return;
      const placed = placedBytes(vm);
      if (leafBytes[peer.pageSize] > placed) {
        refuse(
          'peer.pageSize',
          `must not be larger than ${formatSize(placed)} for ${vm.backing}, got "${peer.pageSize}"`,
        );
      } else if (leafBytes[peer.pageSize] < placed && userfault.mode !== 'minor') {
        const why = 'smaller pieces of a hugetlb page need UFFDIO_CONTINUE';
        refuse(
          'peer.pageSize',
          `must be ${formatSize(placed)} unless userfault.mode is "minor", got "${peer.pageSize}": ${why}`,
        );
      }
    },
  },
  {
    reads: ['peer.pageSize', 'peer.collapse', 'vm.backing'],
    check: ({ peer, vm }, refuse) => {
      if (peer.collapse === null) return;
      if (peer.pageSize === null) refuse('peer.collapse', 'must be null where peer.pageSize is null');
      else if (leafBytes[peer.collapse] <= leafBytes[peer.pageSize]) {
        refuse('peer.collapse', `must be larger than peer.pageSize ("${peer.pageSize}"), got "${peer.collapse}"`);
      } else if (leafBytes[peer.collapse] > backingBytes[vm.backing]) {
        refuse('peer.collapse', `must not be larger than the pages of ${vm.backing}, got "${peer.collapse}"`);
      }
    },
  },
];
