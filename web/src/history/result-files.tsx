import { useState } from 'preact/hooks';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { RESULT_FORMATS, type ResultFormat, resultFile } from '../api/result-file.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { saveBlob } from '../ui/save.ts';
import { collectionOf, type JobRef } from './job-kinds.ts';

export function ResultFiles({ job, name }: { readonly job: JobRef; readonly name: string }) {
  const [problem, setProblem] = useState<ProblemText | null>(null);
  const save = async (format: ResultFormat): Promise<void> => {
    try {
      saveBlob(`${name}.${format}`, await resultFile(collectionOf(job.kind), job.id, format));
      setProblem(null);
    } catch (error) {
      setProblem(problemText(error));
    }
  };
  return (
    <div class="tools">
      {RESULT_FORMATS.map(({ format, label }) => (
        <button key={format} type="button" onClick={() => void save(format)}>
          {label}
        </button>
      ))}
      <ProblemNotice problem={problem} />
    </div>
  );
}
