// What the checkers of the runs have shown, by scheme and kind.

import { formatCount, formatNs } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import { type ComparisonResult, rowKey, rowNames, type SchemeResult } from './row-names.ts';

export function Findings({ result }: { readonly result: ComparisonResult }) {
  const name = rowNames(result);
  const rows = result.schemes.filter(({ findings }) => findings.length > 0);
  return (
    <section class="findings" id="findings" tabIndex={-1} aria-labelledby="findings-title">
      <h2 id="findings-title">Findings of the checkers</h2>
      {rows.length === 0 ? (
        <p>
          None in any run. That is no proof: each run is one order of events. What is proven, and within which bounds,
          stands in the column Explored.
        </p>
      ) : (
        <dl>
          {rows.map((row) => (
            <div key={rowKey(row)}>
              <dt>
                <code>{name(row)}</code>
              </dt>
              {kindsOf(row).map(({ kind, findings }) => (
                <dd key={kind}>
                  <code>{kind}</code>{' '}
                  <Explained
                    what={`Findings of this kind in ${result.repetitions} repetitions, of which each keeps the first ten. docs/checkers.md has all kinds.`}
                    source="schemes[].findings"
                  >
                    {formatCount(findings.length)}
                  </Explained>
                  , the first at {formatNs(findings[0]!.simTimeNs)} with seed {findings[0]!.seed}:{' '}
                  {findings[0]!.message}
                </dd>
              ))}
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

type Finding = SchemeResult['findings'][number];

function kindsOf({ findings }: SchemeResult): readonly { kind: string; findings: readonly Finding[] }[] {
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = kinds.get(finding.kind);
    if (same === undefined) kinds.set(finding.kind, [finding]);
    else same.push(finding);
  }
  return [...kinds].map(([kind, same]) => ({ kind, findings: same }));
}
