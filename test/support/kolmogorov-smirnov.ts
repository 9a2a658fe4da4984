/** The largest distance between the empirical distribution functions of two samples. */
export function kolmogorovSmirnov(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [a, b].map((sample) => [...sample].sort((left, right) => left - right)) as [number[], number[]];
  let [i, j, distance] = [0, 0, 0];
  while (i < x.length && j < y.length) {
    // Ties move both functions before they are compared.
    const value = Math.min(x[i] as number, y[j] as number);
    while (x[i] === value) i++;
    while (y[j] === value) j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  return distance;
}

/**
 * What the distance exceeds with probability `alpha` or less if both samples are of one distribution: the asymptotic bound
 * c(alpha) * sqrt((n + m) / (n * m)), c(alpha) = sqrt(-ln(alpha / 2) / 2). Ties make the test more cautious, not less.
 */
export function kolmogorovSmirnovBound(n: number, m: number, alpha: number): number {
  return Math.sqrt(-Math.log(alpha / 2) / 2) * Math.sqrt((n + m) / (n * m));
}
