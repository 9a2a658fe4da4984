import Table from 'cli-table3';
import type { ValidationResult } from '../host/validation/validate-host.ts';
import type { Figures } from '../host/validation/validation.ts';
import { hostLine, hugePagesOf } from './host-lines.ts';
import { digits, showNs } from './quantities.ts';
import { longestPlot } from './validation-plot.ts';

const columns: readonly (readonly [keyof Figures, string, (value: number) => string])[] = [
  ['operationNs', 'operation', showNs],
  ['longestNs', 'longest', showNs],
  ['p50Ns', 'p50', showNs],
  ['p90Ns', 'p90', showNs],
  ['stallsOver10us', '> 10 us', digits],
  ['faults', 'faults', digits],
];

/** Four rows for each case, then a plot of the longest stalls, then what the machine is and what the model has not. */
export function validationTable(result: ValidationResult): string {
  const table = new Table({
    head: ['case', '', ...columns.map(([, head]) => head)],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', ...columns.map(() => 'right' as const)],
  });
  for (const one of result.cases) {
    const row = (name: string, figures: Figures): string[] => [
      name,
      ...columns.map(([key, , show]) => {
        const value = figures[key];
        return value === null ? '' : show(value);
      }),
    ];
    const ratios = columns.map(([key]) => {
      const ratio = one.ratios[key];
      return ratio === null ? '' : `${digits(ratio)}x`;
    });
    table.push(
      [one.case, ...row('predicted', one.predicted)],
      ['', ...row('measured', one.measured)],
      ['', ...row('control', one.control)],
      ['', 'ratio', ...ratios],
    );
  }
  return [table.toString(), '', ...longestPlot(result.cases), '', ...footing(result)].join('\n');
}

function footing({ cases, longestRatio, profile, lacks, host }: ValidationResult): string[] {
  const { median, cases: counted } = longestRatio;
  const verdict = median === null ? 'none stands out of the noise' : `median ${digits(median)}x of ${counted} cases`;
  const dropped = cases.reduce((sum, one) => sum + one.dropped, 0);
  const fewest = Math.min(...cases.map(({ repetitions }) => repetitions));
  return [
    `longest stall, predicted over measured: ${verdict}`,
    `repetitions: ${fewest} or more of each case (${dropped} dropped in all)`,
    `profile ${profile.name}: ${profile.description}`,
    hostLine(host),
    hugePagesOf(host),
    'not in the model:',
    ...lacks.map((lack) => `  ${lack}`),
  ];
}
