import { ask } from '../../support/exploration.ts';
import type { PromotionCase } from './promotion-case.ts';

/** Whether all was searched, the verdict, and all findings but what a guest is entitled to see. */
export function answerTo({ question }: PromotionCase): [boolean, string, Record<string, string>] {
  const { complete, verdict, findings } = ask(question, { minimizeBudget: 0 });
  const kept = findings.filter((finding) => finding.class !== 'outcome');
  return [complete, verdict, Object.fromEntries(kept.map((finding) => [finding.kind, finding.class]))];
}
