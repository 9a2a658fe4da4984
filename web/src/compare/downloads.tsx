// Files of a result, and of one of its runs. They are fetched, so that they come with the token where there is one.

import { useState } from 'preact/hooks';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { RESULT_FORMATS, type ResultFormat, resultFile } from '../api/result-file.ts';
import { service } from '../api/service.ts';
import { Link } from '../app/link.tsx';
import { hrefOf } from '../app/router.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { saveBlob } from '../ui/save.ts';
import { type ComparisonResult, rowKey, rowNames } from './row-names.ts';

export function Downloads({ comparison, result }: { readonly comparison: string; readonly result: ComparisonResult }) {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const [key, setKey] = useState('');
  const [repetition, setRepetition] = useState(0);
  const name = rowNames(result);
  const row = result.schemes.find((candidate) => rowKey(candidate) === key) ?? result.schemes[0]!;
  const path = { id: comparison };

  const save = async (what: string, fileName: string, load: () => Promise<Blob>): Promise<void> => {
    setBusy(what);
    setProblem(null);
    try {
      saveBlob(fileName, await load());
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(null);
    }
  };
  const saveResult = (format: ResultFormat): Promise<void> =>
    save(format, `${result.scenario}.${format}`, () => resultFile('comparisons', comparison, format));
  const saveTrace = (): Promise<void> => {
    const { scheme, mapcount } = row;
    const run = `${result.scenario}-${scheme.replace('/', '-')}-${mapcount}-seed-${result.seed + repetition}`;
    return save('trace', `${run}.trace.json`, async () => {
      const params = { path, query: { scheme, mapcount, repetition } };
      return (await service.api.GET('/v1/comparisons/{id}/trace', { params, parseAs: 'blob' })).data as unknown as Blob;
    });
  };

  return (
    <div class="downloads">
      <fieldset class="tools">
        <legend>The result as a file</legend>
        {RESULT_FORMATS.map(({ format, label }) => (
          <button key={format} type="button" disabled={busy !== null} onClick={() => void saveResult(format)}>
            {busy === format ? 'Saving …' : label}
          </button>
        ))}
      </fieldset>
      <fieldset class="tools">
        <legend>One run of it</legend>
        <label>
          Scheme{' '}
          <select value={rowKey(row)} onChange={({ currentTarget }) => setKey(currentTarget.value)}>
            {result.schemes.map((candidate) => (
              <option key={rowKey(candidate)} value={rowKey(candidate)}>
                {name(candidate)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Repetition{' '}
          <select
            value={String(repetition)}
            onChange={({ currentTarget }) => setRepetition(Number(currentTarget.value))}
          >
            {Array.from({ length: result.repetitions }, (_, r) => (
              <option key={r} value={String(r)}>
                {r}, seed {result.seed + r}
              </option>
            ))}
          </select>
        </label>
        <Link
          href={hrefOf('/timeline', {
            comparison,
            scheme: row.scheme,
            mapcount: row.mapcount,
            repetition: String(repetition),
          })}
        >
          Open in Timeline
        </Link>
        <button type="button" disabled={busy !== null} onClick={() => void saveTrace()}>
          {busy === 'trace' ? 'Running it once more …' : 'Trace for Perfetto'}
        </button>
      </fieldset>
      <ProblemNotice problem={problem} />
    </div>
  );
}
