// Sizes and offsets as people write them.

const UNITS = [
  { name: 'GiB', bytes: 1024 ** 3 },
  { name: 'MiB', bytes: 1024 ** 2 },
  { name: 'KiB', bytes: 1024 },
] as const;

/** In the largest unit that leaves a whole number: "1540KiB". The service reads it as it stands. */
export function formatBytes(bytes: number): string {
  const unit = bytes === 0 ? undefined : UNITS.find((candidate) => bytes % candidate.bytes === 0);
  return unit === undefined ? `${bytes}B` : `${bytes / unit.bytes}${unit.name}`;
}

/** Half open, as the service has it. */
export const formatRange = (start: number, length: number): string =>
  `[${formatBytes(start)}, ${formatBytes(start + length)})`;

/** For the eye: three digits of the unit that fits. */
export function roughBytes(bytes: number): string {
  const unit = UNITS.find((candidate) => bytes >= candidate.bytes);
  return unit === undefined ? `${bytes} B` : `${Number((bytes / unit.bytes).toPrecision(4))} ${unit.name}`;
}
