// What a live simulation may use up. A run ends by itself; this one lives as long as somebody drives it, so everything that
// grows with its use has a bound.

export const liveLimits = {
  /** Operations that may be started in one simulation, beside those of its scenario. */
  operations: 10_000,
  /** Closed stall windows that are kept, if nothing else is asked for, and at most. */
  keptStalls: 10_000,
  keptStallsMax: 100_000,
  /** Records that are kept for a trace, if nothing else is asked for, and at most. */
  keptRecords: 50_000,
  keptRecordsMax: 500_000,
  /** Events of one slice of an advance at most, so that its owner is heard in between. */
  sliceEvents: 1_000_000,
  /** Entries of one answer of a look inside. */
  listItems: 1000,
} as const;
