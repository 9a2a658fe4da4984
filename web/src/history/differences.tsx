import { Notice } from '../ui/notice.tsx';
import { type Asked, questionDifferences } from './question-diff.ts';

/** Says whether results answer the same question, and where not, in what they differ. */
export function Differences({ asked }: { readonly asked: readonly Asked[] }) {
  const differences = questionDifferences(asked);
  if (differences.length === 0) {
    return <Notice kind="info" title="All of them answer the same question" />;
  }
  return (
    <Notice kind="warning" title="They answer different questions">
      <table class="history-differences">
        <caption>In what they differ</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            {asked.map((_, index) => (
              <th key={index} scope="col">
                {String.fromCharCode('A'.charCodeAt(0) + index)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ field, values }) => (
            <tr key={field}>
              <th scope="row">
                <code>{field}</code>
              </th>
              {values.map((value, index) => (
                <td key={index}>{value === null ? <em>not said</em> : <code>{brief(value)}</code>}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Notice>
  );
}

const LONGEST = 120;
const brief = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)} …` : text);
