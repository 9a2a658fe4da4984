import { formatCount, formatRatio } from './duration.ts';
import { Explained, ExplainedNs } from './explained.tsx';
import type { SchemeMetric } from './scheme-metrics.ts';

const PERCENT = 100;

/** A number of a result with its explanation. A measurement's null is no "never": `isMeasured` says which it is. */
export function MetricValue({
  metric,
  value,
  isMeasured = false,
}: {
  readonly metric: Omit<SchemeMetric, 'value'>;
  readonly value: number | null;
  readonly isMeasured?: boolean;
}) {
  const { what, source, kind } = metric;
  const none = isMeasured ? 'unknown' : metric.none;
  if (kind === 'ns') return <ExplainedNs ns={value} none={none} what={what} source={source} />;
  if (value === null) {
    return (
      <Explained what={what} source={source}>
        {none}
      </Explained>
    );
  }
  return kind === 'share' ? (
    <Explained what={what} source={source} unit="share of the guest's time" exact={String(value)}>
      {formatRatio(value * PERCENT)} %
    </Explained>
  ) : (
    <Explained what={what} source={source}>
      {formatCount(value)}
    </Explained>
  );
}
