// A question in a line.

import { type ComparisonQuestion, isDocument } from '../api/comparison-question.ts';
import { shown, valueAt } from './scenario-fields.ts';

export function QuestionSummary({
  question,
  document,
}: {
  readonly question: ComparisonQuestion;
  readonly document: unknown;
}) {
  const { scenario, schemes, mapcounts, repetitions, seed, overrides } = question;
  const name = isDocument(scenario) ? shown(valueAt(document, 'name') ?? 'a document') : scenario;
  const parts = [
    schemes === null ? 'all schemes' : `${schemes.length} ${schemes.length === 1 ? 'scheme' : 'schemes'}`,
    ...(mapcounts === null ? [] : [mapcounts.join(', ')]),
    ...Object.entries(overrides).map(([path, value]) => `${path} ${value}`),
    `${repetitions} ${repetitions === '1' ? 'repetition' : 'repetitions'}`,
    `seed ${seed}`,
  ];
  return (
    <>
      <strong>{name}</strong> <span class="question-summary">{parts.join(' · ')}</span>
    </>
  );
}
