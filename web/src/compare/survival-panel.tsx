import { useMemo, useState } from 'preact/hooks';
import { useLoaded } from '../api/loaded.ts';
import { Chart } from '../ui/chart.tsx';
import { Notice } from '../ui/notice.tsx';
import { Switch } from '../ui/switch.tsx';
import { theme } from '../ui/theme.ts';
import { readHistogram } from './hdr-histogram.ts';
import { type ComparisonResult, mapcountsOf, rowNames } from './row-names.ts';
import { survivalOf } from './survival.ts';
import { type SurvivalLine, type SurvivalScale, survivalOption, survivalTable } from './survival-chart.ts';

const SCALES = [
  { id: 'share', label: 'share' },
  { id: 'count', label: 'count' },
] as const;

const ALL = 'all';

export function SurvivalPanel({ result }: { readonly result: ComparisonResult }) {
  const [scale, setScale] = useState<SurvivalScale>('share');
  const [only, setOnly] = useState<string>(ALL);
  const mapcounts = mapcountsOf(result);
  const loaded = useLoaded(histogramKey(result), () => readLines(result));
  const shade = theme.value;
  const lines = loaded.value.value;
  const shown = useMemo(() => (lines ?? []).filter(({ row }) => only === ALL || row.mapcount === only), [lines, only]);
  const option = useMemo(
    () => survivalOption(shown, { scale, repetitions: result.repetitions, mapcounts, theme: shade }),
    [shown, scale, shade],
  );
  const problem = loaded.problem.value;
  if (problem !== null) {
    return (
      <Notice kind="error" title="The histograms of this result could not be read">
        {problem.detail}
      </Notice>
    );
  }
  if (lines === null) return <p aria-live="polite">Reading histograms …</p>;
  return (
    <div class="chart-panel">
      <Chart
        title="How long stalls are"
        description="At each length: how many stall windows are at least as long. A line ends at the longest; the lower it runs, the rarer they are."
        option={option}
        data={() => survivalTable(shown, result.repetitions)}
        fileName={`${result.scenario}-stall-lengths`}
        heightPx={380}
        controls={
          <>
            <Switch label="Vertical axis" options={SCALES} chosen={scale} onChoose={setScale} />
            {mapcounts.length > 1 ? (
              <Switch
                label="Mapcount scheme"
                options={[ALL, ...mapcounts].map((id) => ({ id, label: id }))}
                chosen={only}
                onChoose={setOnly}
              />
            ) : null}
          </>
        }
      />
    </div>
  );
}

/** Equal results have equal histograms. */
const histogramKey = ({ schemes }: ComparisonResult): string => schemes.map(({ histogram }) => histogram).join(' ');

async function readLines(result: ComparisonResult): Promise<readonly SurvivalLine[]> {
  const name = rowNames(result);
  return Promise.all(
    result.schemes.map(async (row) => ({
      name: name(row),
      row,
      points: survivalOf(await readHistogram(row.histogram), row.stall.maxNs),
    })),
  );
}
