/**
 * Who collapses, and by which rules. Models struct collapse_control, mm/khugepaged.c, and of the settings in
 * /sys/kernel/mm/transparent_hugepage/khugepaged those that decide whether a block is worth it.
 */
export interface CollapseControl {
  readonly isKhugepaged: boolean;
  /** Empty PTEs, or holes in a file, that a block may have (max_ptes_none). */
  readonly maxPtesNone: number;
}

/** madvise(MADV_COLLAPSE): userspace knows what it wants. */
export const madviseControl: CollapseControl = { isKhugepaged: false, maxPtesNone: Number.POSITIVE_INFINITY };
