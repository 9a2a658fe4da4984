// A trace as signals: on its way, read, or refused. The work is done in a thread of its own, which is ended with the wish for it.

import { type ReadonlySignal, signal } from '@preact/signals';
import { checkConnection, whenConnected } from '../api/connection.ts';
import type { ProblemText } from '../api/problem-text.ts';
import { anotherToken, presentToken } from '../api/token.ts';
import type { Timeline } from './timeline.ts';
import type { TraceAnswer, TraceQuestion } from './trace-worker.ts';

export type TraceSource = { readonly path: string } | { readonly file: File };

export type TraceState =
  | { readonly kind: 'making' }
  /** The service makes as many traces as it can already. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'reading'; readonly bytes: number; readonly stalls: number }
  | { readonly kind: 'read'; readonly timeline: Timeline }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly problem: ProblemText };

export interface LoadingTrace {
  readonly state: ReadonlySignal<TraceState>;
  /** Asks again. */
  again(): void;
  /** The run that is under way ends, in the service as well. */
  cancel(): void;
  stop(): void;
}

const UNAUTHORIZED = 401;
const TOO_MANY = 429;
const PAUSE_MS = 2_000;
const MS_PER_S = 1000;

export function loadTrace(source: TraceSource): LoadingTrace {
  const state = signal<TraceState>({ kind: 'making' });
  let worker: Worker | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const end = (): void => {
    clearTimeout(timer);
    worker?.terminate();
    worker = null;
  };

  const ask = (): void => {
    end();
    if (isStopped) return;
    const token = presentToken();
    worker = new Worker(new URL('./trace-worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<TraceAnswer>) => void hear(data, token);
    worker.onerror = (event) => {
      end();
      state.value = failed('The trace could not be read', event.message ?? '');
    };
    const question: TraceQuestion = 'file' in source ? { file: source.file } : { path: source.path, token };
    worker.postMessage(question);
  };

  const hear = async (answer: TraceAnswer, token: string | undefined): Promise<void> => {
    if (answer.type === 'progress') {
      state.value = { kind: 'reading', bytes: answer.bytes, stalls: answer.stalls };
      return;
    }
    end();
    if (answer.type === 'timeline') {
      state.value = { kind: 'read', timeline: answer.timeline };
    } else if (answer.type === 'refused' && answer.status === UNAUTHORIZED) {
      await anotherToken(token);
      ask();
    } else if (answer.type === 'refused' && answer.status === TOO_MANY) {
      state.value = { kind: 'waiting' };
      timer = setTimeout(ask, Number(answer.retryAfter ?? PAUSE_MS / MS_PER_S) * MS_PER_S);
    } else if (answer.type === 'refused') {
      state.value = refusal(answer.status, answer.body);
    } else if (answer.isUnreachable) {
      state.value = failed('The trace did not come through', answer.message);
      await checkConnection();
      await whenConnected();
      timer = setTimeout(ask, PAUSE_MS);
    } else {
      state.value = failed('The trace could not be read', answer.message);
    }
  };

  ask();
  return {
    state,
    again() {
      state.value = { kind: 'making' };
      ask();
    },
    cancel() {
      end();
      state.value = { kind: 'cancelled' };
    },
    stop() {
      isStopped = true;
      end();
    },
  };
}

const failed = (title: string, detail: string): TraceState => ({
  kind: 'failed',
  problem: { title, detail, fields: [], isFinal: true },
});

function refusal(status: number, body: string): TraceState {
  try {
    const { title, detail, code } = JSON.parse(body) as { title?: string; detail?: string; code?: string };
    return failed(title ?? `The service answered ${status}`, detail ?? code ?? '');
  } catch {
    return failed(`The service answered ${status}`, '');
  }
}
