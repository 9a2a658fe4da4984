// The operations of a question: up to three threads, each with what it does one after the other.

import type { Catalog } from '../api/loaded.ts';
import { fieldError, type ProblemText } from '../api/problem-text.ts';
import { descriptionOf, explorationWords } from './catalog-words.ts';
import { type FormStep, threadsOf, withThreads } from './request-form.ts';
import type { ExplorationRequest } from './types.ts';

const THREADS_MAX = 3;
/** An operation, and three that follow it. */
const STEPS_MAX = 4;
const PROTECTING: ReadonlySet<string> = new Set(['mprotect', 'uffdio-writeprotect']);
/** No operation of a timeline, so the catalog has no words for it. */
const PIECES = 'The zap of a part of a huge page of hugetlb, as pieces of HGM may go one by one.';

export interface ThreadsFieldProps {
  readonly request: ExplorationRequest;
  readonly catalog: Catalog | null;
  readonly problem: ProblemText | null;
  readonly onChange: (request: ExplorationRequest) => void;
}

export function ThreadsField({ request, catalog, problem, onChange }: ThreadsFieldProps) {
  const threads = threadsOf(request);
  const backing = request.backing ?? 'hugetlb-2m';
  const words = explorationWords(catalog);
  const set = (index: number, steps: readonly FormStep[]): void => {
    const next = threads.with(index, [...steps]).filter((thread) => thread.length > 0);
    onChange(withThreads(request, next));
  };
  const error = fieldError(problem, 'operations');

  return (
    <div class="threads">
      {threads.map((steps, index) => (
        <fieldset key={index}>
          <legend>Thread {index + 1}</legend>
          {steps.map((step, at) => (
            <div key={at} class="thread-step">
              {at === 0 ? null : <span class="then">then</span>}
              <select
                aria-label={`Operation ${at + 1} of thread ${index + 1}`}
                value={step.operation}
                onChange={({ currentTarget: { value } }) =>
                  set(index, steps.with(at, { ...step, operation: value, protection: '' }))
                }
              >
                {words.operations.map(({ id, backings }) => (
                  <option key={id} value={id} disabled={!backings.includes(backing)}>
                    {id}
                  </option>
                ))}
                {words.operations.some(({ id }) => id === step.operation) ? null : (
                  <option value={step.operation}>{step.operation}</option>
                )}
              </select>
              <label>
                pages{' '}
                <input
                  type="text"
                  size={4}
                  placeholder="all"
                  value={step.pages}
                  pattern="\s*\d+(\s*-\s*\d+)?\s*"
                  title="A page or a range of pages, such as 0 or 0-1. Nothing: all of the memory."
                  onChange={({ currentTarget: { value } }) => set(index, steps.with(at, { ...step, pages: value }))}
                />
              </label>
              {PROTECTING.has(step.operation) ? (
                <label>
                  leaves{' '}
                  <select
                    value={step.protection}
                    onChange={({ currentTarget: { value } }) =>
                      set(index, steps.with(at, { ...step, protection: value }))
                    }
                  >
                    <option value="">default (read)</option>
                    <option value="read">read</option>
                    <option value="read-write">read-write</option>
                  </select>
                </label>
              ) : null}
              {threads.length > 1 || steps.length > 1 ? (
                <button
                  type="button"
                  aria-label={`Remove ${step.operation} from thread ${index + 1}`}
                  onClick={() => set(index, steps.toSpliced(at, 1))}
                >
                  ×
                </button>
              ) : null}
              <p class="field-hint">
                {step.operation === 'unmap-pieces' ? PIECES : descriptionOf(catalog?.operations, step.operation)}
              </p>
            </div>
          ))}
          {steps.length < STEPS_MAX ? (
            <button
              type="button"
              onClick={() => set(index, [...steps, { operation: 'madv-dontneed', pages: '', protection: '' }])}
            >
              Then …
            </button>
          ) : null}
        </fieldset>
      ))}
      {threads.length < THREADS_MAX ? (
        <button
          type="button"
          class="add-thread"
          onClick={() =>
            onChange(withThreads(request, [...threads, [{ operation: 'madv-dontneed', pages: '', protection: '' }]]))
          }
        >
          Add a thread
        </button>
      ) : null}
      {error === undefined ? null : (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
