// What of a question the exploration matrix asks for.

import type { ComparisonQuestion } from '../api/comparison-question.ts';
import type { ExploredCase } from './explored.ts';
import { type SchemaNode, schemaAt, valueAt } from './scenario-fields.ts';

/** `document`: the scenario of the question as it was written. */
export function exploredCaseOf(
  document: unknown,
  { overrides }: Pick<ComparisonQuestion, 'overrides'>,
  schema: SchemaNode,
): ExploredCase {
  const field = (path: string): unknown =>
    overrides[path] ?? valueAt(document, path) ?? schemaAt(schema, path)?.default ?? null;
  const backing = String(field('vm.backing'));
  return {
    backing,
    isMappedHuge: backing === `hugetlb-${String(field('vm.mapped'))}`,
    hasHugeFolios: field('vm.folios') === '2m',
    operations: new Set(operationsOf(document, overrides)),
    kernel: String(field('machine.kernel')),
    hgm: String(field('hgm.version')),
  };
}

function operationsOf(document: unknown, overrides: ComparisonQuestion['overrides']): string[] {
  const timeline = overrides.timeline === undefined ? valueAt(document, 'timeline') : parsed(overrides.timeline);
  const entries = Array.isArray(timeline) ? timeline : [];
  const asked = entries.map((entry: unknown, index) =>
    String(overrides[`timeline.${index}.operation`] ?? valueAt(entry, 'operation')),
  );
  const collapse = overrides['peer.collapse'] ?? valueAt(document, 'peer.collapse');
  // Post-copy collapses a page when all of it has come.
  return collapse === '2m' || collapse === '1g' ? [...asked, 'madv-collapse'] : asked;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
