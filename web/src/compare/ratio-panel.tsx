import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../ui/chart.tsx';
import { formatNs } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { Field } from '../ui/field.tsx';
import { theme } from '../ui/theme.ts';
import { pairedBaseline, type Ratio, ratioOption, ratiosTo, ratioTable, ratioText } from './ratio-chart.ts';
import { type ComparisonResult, rowKey, rowNames } from './row-names.ts';

const BAR_PX = 34;
const FRAME_PX = 90;

export function RatioPanel({ result }: { readonly result: ComparisonResult }) {
  const own = pairedBaseline(result);
  const [chosen, setChosen] = useState<string | null>(null);
  const schemes = [...new Set(result.schemes.map(({ scheme }) => scheme))];
  const baseline = schemes.find((scheme) => scheme === chosen) ?? own;
  const shade = theme.value;
  const ratios = useMemo(() => ratiosTo(baseline, result, rowNames(result)), [baseline, result]);
  const option = useMemo(() => ratioOption(ratios, baseline, shade), [ratios, baseline, shade]);
  if (schemes.length < 2) return null;
  const isPaired = baseline === own;
  return (
    <div class="chart-panel">
      <Chart
        title={`Longest stall beside ${baseline}`}
        description={isPaired ? pairedReading(result) : plainReading(own)}
        option={option}
        data={() => ratioTable(ratios, baseline)}
        fileName={`${result.scenario}-ratios-to-${baseline.replace('/', '-')}`}
        heightPx={FRAME_PX + BAR_PX * ratios.length}
        controls={
          <Field label="Baseline">
            {(control) => (
              <select {...control} value={baseline} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
                {schemes.map((scheme) => (
                  <option key={scheme} value={scheme}>
                    {scheme}
                  </option>
                ))}
              </select>
            )}
          </Field>
        }
      />
      <RatioList ratios={ratios} result={result} isPaired={isPaired} />
    </div>
  );
}

const pairedReading = ({ repetitions }: ComparisonResult): string =>
  repetitions === 1
    ? 'Left of 1 is shorter. One repetition has no interval: ask for more of them.'
    : 'Left of 1 is shorter. A point is the mean of the repetitions, each divided by the baseline on the same seed; the line its 95 % interval. An arrow: the interval goes on to 0 or below.';

const plainReading = (own: string): string =>
  `Left of 1 is shorter. Longest of all repetitions over longest of all. Intervals are known beside ${own} only, with which the service pairs each repetition.`;

/** The same in digits: points of a chart are hard to read off. */
function RatioList({
  ratios,
  result,
  isPaired,
}: {
  readonly ratios: readonly Ratio[];
  readonly result: ComparisonResult;
  readonly isPaired: boolean;
}) {
  return (
    <table class="ratios">
      <caption>Ratios of the chart</caption>
      <thead>
        <tr>
          <th scope="col">Scheme</th>
          <th scope="col" class="end">
            Ratio{isPaired ? ' [95 % interval]' : ''}
          </th>
        </tr>
      </thead>
      <tbody>
        {ratios.map((ratio) => (
          <tr key={rowKey(ratio.row)}>
            <th scope="row">
              <code>{ratio.name}</code>
            </th>
            <td class="end">
              <Explained
                what={isPaired ? PAIRED : PLAIN}
                source={isPaired ? 'paired[].maxStallRatio' : 'schemes[].stall.maxNs'}
                exact={longestOf(ratio, result)}
              >
                {ratioText(ratio)}
              </Explained>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PAIRED =
  'Longest stall over that of the baseline on the same seed: the mean of the repetitions, and its 95 % interval.';
const PLAIN = 'Longest stall of all repetitions over that of the baseline.';

function longestOf({ row }: Ratio, { schemes }: ComparisonResult): string | undefined {
  const own = schemes.find(({ scheme, mapcount }) => scheme === row.scheme && mapcount === row.mapcount);
  return own === undefined ? undefined : `longest of all repetitions: ${formatNs(own.stall.maxNs)}`;
}
