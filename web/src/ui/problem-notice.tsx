import type { ProblemText } from '../api/problem-text.ts';
import { Notice } from './notice.tsx';

/** What the service refused, with the fields that it names. Nothing where there is no problem. */
export function ProblemNotice({ problem }: { readonly problem: ProblemText | null }) {
  if (problem === null) return null;
  return (
    <Notice kind="error" title={problem.title}>
      <p>{problem.detail}</p>
      {problem.fields.length === 0 ? null : (
        <ul>
          {problem.fields.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <code>{path}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
