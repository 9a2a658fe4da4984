import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../ui/chart.tsx';
import { Switch } from '../ui/switch.tsx';
import { theme } from '../ui/theme.ts';
import { type CauseScale, causeBars, causeOption, causesOf, causeTable } from './cause-chart.ts';
import { type ComparisonResult, rowNames } from './row-names.ts';

const SCALES = [
  { id: 'log', label: 'logarithmic' },
  { id: 'linear', label: 'linear' },
  { id: 'share', label: 'share' },
] as const;

const READING: Readonly<Record<CauseScale, string>> = {
  log: 'A bar ends at its total, and its parts divide it by share: within a bar twice as long is twice as much, across bars only ends compare.',
  linear: 'All stall windows added up, divided by what vCPUs waited for.',
  share: 'What vCPUs waited for, as a share of all stall time of the scheme.',
};

const BAR_PX = 34;
const FRAME_PX = 110;

export function CausePanel({
  result,
  causes: known,
}: {
  readonly result: ComparisonResult;
  readonly causes: readonly string[];
}) {
  const [scale, setScale] = useState<CauseScale>('log');
  const shade = theme.value;
  const causes = useMemo(() => causesOf(result.schemes, known), [result, known]);
  const bars = useMemo(() => causeBars(result.schemes, causes, rowNames(result)), [result, causes]);
  const option = useMemo(() => causeOption(bars, causes, scale, shade), [bars, causes, scale, shade]);
  return (
    <div class="chart-panel">
      <Chart
        title="What vCPUs waited for"
        description={READING[scale]}
        option={option}
        data={() => causeTable(bars)}
        fileName={`${result.scenario}-causes`}
        heightPx={FRAME_PX + BAR_PX * bars.length}
        controls={<Switch label="Axis" options={SCALES} chosen={scale} onChoose={setScale} />}
      />
    </div>
  );
}
