import Table from 'cli-table3';
import type { SweepPlan } from '../lab/sweep.ts';
import type { SweepResult } from '../lab/sweep-result.ts';
import { totalVcpus } from '../lab/world.ts';
import { operations, ratio } from './comparison-table.ts';
import { showNs } from './quantities.ts';

/** The result for people: a row for each scheme at each point. */
export function sweepOverview({ scenario, seed, repetitions, axes, points }: SweepResult, plan: SweepPlan): string {
  const paths = axes.map(({ path }) => path);
  const schemes = points.flatMap(({ result }) => result.schemes);
  const manyMapcounts = new Set(schemes.map(({ mapcount }) => mapcount)).size > 1;
  const table = new Table({
    head: [...paths, 'scheme', 'longest', 'p99', 'total a vCPU', 'operation', 'longest, to baseline'],
    style: { head: [], border: [], compact: true },
    colAligns: [...paths.map(() => 'right' as const), 'left', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const [index, { at, result }] of points.entries()) {
    const planned = plan.points[index];
    const vcpus = planned === undefined ? Number.NaN : totalVcpus(planned.plan.scenario);
    for (const scheme of result.schemes) {
      const { stall } = scheme;
      table.push([
        ...paths.map((path) => String(at[path])),
        manyMapcounts ? `${scheme.scheme}, ${scheme.mapcount}` : scheme.scheme,
        showNs(stall.maxNs),
        showNs(stall.p99Ns),
        showNs(stall.totalNs / (vcpus * repetitions)),
        operations(scheme),
        ratio(result.paired, scheme),
      ]);
    }
  }
  const findings = points.flatMap(({ at, result }) =>
    result.schemes.flatMap(({ scheme, mapcount, findings }) => {
      const kinds = Map.groupBy(findings, ({ kind }) => kind);
      const where = paths.map((path) => `${path}=${at[path]}`).join(', ');
      return [...kinds].map(([kind, found]) => `finding: ${where}: ${scheme}, ${mapcount}: ${found.length} x ${kind}`);
    }),
  );
  const heading = `${scenario}, ${points.length} points, seed ${seed}, ${repetitions} repetitions`;
  return [heading, table.toString(), ...findings].join('\n');
}
