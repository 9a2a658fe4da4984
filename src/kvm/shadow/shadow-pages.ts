import type { Gfn, Level } from '../../mm/address.ts';
import { EntryKind } from '../../mm/radix-table.ts';
import type { Kvm } from '../kvm.ts';
import type { TdpTable } from '../tdp-table.ts';

/** An SPTE as its rmap head knows it. */
export interface RmapSpte {
  readonly table: TdpTable;
  readonly index: number;
  /** First frame that it maps. */
  readonly frame: number;
}

/**
 * The shadow pages of a VM, those that no entry points to among them: a huge SPTE that takes the place of a table only cuts it
 * off. It keeps its SPTEs, which their rmaps still know, and is linked again when its frames are mapped small.
 *
 * Models kvm_arch.mmu_page_hash, arch/x86/include/asm/kvm_host.h. The guest maps every frame once, at one level: a frame has
 *        one shadow page of each level at most, and its rmap head one SPTE at most.
 */
export class ShadowPages {
  readonly #cutOff = new Map<number, TdpTable>();

  /** Takes a table out of the tree. Models drop_parent_pte(), arch/x86/kvm/mmu/mmu.c. */
  cutOff(table: TdpTable, index: number): void {
    const child = table.unlink(index);
    this.#cutOff.set(key(child.level, child.firstPage), child);
  }

  /**
   * The shadow page below an entry, if there is one already. Whoever asks links it.
   *
   * Models kvm_mmu_find_shadow_page(), arch/x86/kvm/mmu/mmu.c.
   */
  takeCutOff(table: TdpTable, index: number): TdpTable | null {
    const wanted = key(table.childLevel, table.firstPageOf(index));
    const page = this.#cutOff.get(wanted) ?? null;
    this.#cutOff.delete(wanted);
    return page;
  }

  /** Those that are cut off, each with the pages below it, which go with it from here. */
  takeAllCutOff(): TdpTable[] {
    const pages = [...this.#cutOff.values()];
    this.#cutOff.clear();
    return pages;
  }

  /** The shadow page that has the entry of `level` for a frame, in the tree or cut off. */
  pageOf(kvm: Kvm, frame: number, level: Level): TdpTable | null {
    const linked = kvm.tdp.top.find(frame, level);
    if (linked.level === level) return linked;
    if (this.#cutOff.size === 0) return null;
    const { geometry } = kvm.machine;
    for (let above: number = level; above < 4; above++) {
      const spanPages = (geometry.pagesPer[above] ?? 1) * geometry.entriesPerTable;
      const found = this.#cutOff.get(key(above, frame - (frame % spanPages)))?.find(frame, level);
      if (found?.level === level) return found;
    }
    return null;
  }

  /** The first SPTE of `level` whose frames begin in [from, end); `from` is a multiple of what it maps. */
  nextSpte(kvm: Kvm, level: Level, from: number, end: number): RmapSpte | null {
    const { geometry } = kvm.machine;
    const spanPages = geometry.pagesPer[level] * geometry.entriesPerTable;
    for (let at = from; at < end; at = at - (at % spanPages) + spanPages) {
      const table = this.pageOf(kvm, at, level);
      if (table === null) continue;
      for (let index = geometry.index(at, level); index < geometry.entriesPerTable; index++) {
        const frame = table.firstPageOf(index);
        if (frame >= end) return null;
        if (table.kinds[index] === EntryKind.Leaf) return { table, index, frame };
      }
    }
    return null;
  }
}

/** Guests translate through it: its page is not cut off. */
export function isLinked(kvm: Kvm, page: TdpTable): boolean {
  let table = page;
  while (table.parent !== null) table = table.parent;
  return table === kvm.tdp.top;
}

/** The SPTE of `level` for a frame; null: its rmap head is empty. */
export function rmapSpteOf(kvm: Kvm, pages: ShadowPages, frame: Gfn, level: Level): RmapSpte | null {
  const table = pages.pageOf(kvm, frame, level);
  const index = kvm.machine.geometry.index(frame, level);
  return table === null || table.kinds[index] !== EntryKind.Leaf
    ? null
    : { table, index, frame: table.firstPageOf(index) };
}

const key = (level: number, firstPage: number): number => firstPage * 4 + level;
