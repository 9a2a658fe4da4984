// What mm and KVM have told in a step, in a line.

import type { SteppedStep } from './types.ts';

type Record = SteppedStep['records'][number];

export function recordText(record: Record): string {
  switch (record.type) {
    case 'fault':
      return `fault of vcpu${record.vcpu} at gfn ${record.gfn}: ${record.outcome}${record.level === 0 ? '' : `, level ${record.level}`}`;
    case 'kvm-flush':
    case 'cpu-shootdown':
      return `${record.type}: ${record.kicked} kicked`;
    case 'userfault-wait':
    case 'userfault-wake':
      return `${record.type}: page ${record.page}`;
    default: {
      const section = record.section === 0 ? '' : ` ${record.section}`;
      return `${record.type}${section}: ${pagesText(record.page, record.pages)}`;
    }
  }
}

const pagesText = (page: number, pages: number): string =>
  pages === 1 ? `page ${page}` : `pages ${page} to ${page + pages - 1}`;
