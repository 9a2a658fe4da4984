// Virtual time is a count of integer nanoseconds from the start of the simulation. Integers add without rounding, so
// the same run gives the same times on any machine; 2^53 of them are 104 days.

export type SimTimeNs = number;

/** Of a duration or a time that comes from outside of the engine. */
export const isSimTime = (value: number): value is SimTimeNs => Number.isSafeInteger(value) && value >= 0;
