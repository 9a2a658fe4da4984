// A live simulation as signals: its state, asked for as often as it moves, and what its stream comes to.

import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Subscription } from 'rxjs';
import type { components } from '../../../src/client/index.ts';
import { whenConnected } from '../api/connection.ts';
import { type ProblemText, problemText } from '../api/problem-text.ts';
import { resuming } from '../api/resuming.ts';
import { service } from '../api/service.ts';
import { EventTally, type SimulationEvent } from './event-tally.ts';

export type SimulationState = components['schemas']['Simulation'];

export interface WatchedSimulation {
  readonly id: string;
  /** As the service had it last; null until the first answer. */
  readonly state: ReadonlySignal<SimulationState | null>;
  /** Why it could not be asked for just now. */
  readonly problem: ReadonlySignal<ProblemText | null>;
  /** The service knows it no more, and says why. */
  readonly gone: ReadonlySignal<ProblemText | null>;
  /** Changes whenever anything in it may have changed. */
  readonly moved: ReadonlySignal<string>;
  /** What came over the stream. Read `heard` to be told of news. */
  readonly tally: EventTally;
  /** Grows a few times a second while events come. */
  readonly heard: ReadonlySignal<number>;
  /** Why there is no stream. */
  readonly streamProblem: ReadonlySignal<ProblemText | null>;
  /** Hears these topics from now on, and those that the view itself goes by. */
  hear(topics: readonly string[]): void;
  /** It has just been driven: what the answer says is the newest. */
  took(state: SimulationState): void;
  refresh(): void;
  /** Ends it for everybody. */
  remove(): Promise<void>;
  stop(): void;
}

/** Heard in any case: what the view itself goes by. */
const OWN_TOPICS: readonly string[] = ['notifier', 'operation', 'finding', 'progress'];
/** How often one that moves is asked for its state, and one that stands. */
const MOVING_MS = 400;
const STANDING_MS = 3_000;
const NEWS_MS = 200;
/** So long a stream is kept beside its successor, so that no topic is without a hearer in between. */
const HAND_OVER_MS = 1_000;

export function watchSimulation(id: string): WatchedSimulation {
  const state = signal<SimulationState | null>(null);
  const problem = signal<ProblemText | null>(null);
  const gone = signal<ProblemText | null>(null);
  const streamProblem = signal<ProblemText | null>(null);
  const heard = signal(0);
  const tally = new EventTally();
  let round = 0;
  let isStopped = false;
  let isLeaving = false;
  let stateTimer: ReturnType<typeof setTimeout> | undefined;
  let newsTimer: ReturnType<typeof setTimeout> | undefined;
  let stream: Subscription | undefined;

  const end = (text: ProblemText): void => {
    gone.value = text;
    stop();
  };

  const refresh = async (): Promise<void> => {
    clearTimeout(stateTimer);
    if (isLeaving) return;
    const own = ++round;
    try {
      const answer = await service.simulations.state(id);
      if (isStopped || own !== round) return;
      problem.value = null;
      state.value = answer;
    } catch (error) {
      if (isStopped || own !== round) return;
      const text = problemText(error);
      if (text.isFinal) return end(text);
      problem.value = text;
      await whenConnected();
      if (isStopped || own !== round) return;
    }
    const { status } = state.peek() ?? { status: 'paused' };
    const isMoving = status === 'advancing' || status === 'flowing';
    const waitMs = isMoving && document.visibilityState === 'visible' ? MOVING_MS : STANDING_MS;
    stateTimer = setTimeout(() => void refresh(), waitMs);
  };

  const news = (): void => {
    newsTimer ??= setTimeout(() => {
      newsTimer = undefined;
      heard.value++;
    }, NEWS_MS);
  };

  const take = (own: Subscription | null, item: Parameters<EventTally['take']>[0]): void => {
    // The one before is kept for its topics only.
    if (own !== null && own !== stream) return;
    tally.take(item);
    news();
    // Time stands again, or something has begun: it is asked at once, and not when its turn has come.
    if (item.type === 'event' && item.event.topic === 'progress' && 'event' in item.event) void refresh();
  };

  const hear = (topics: readonly string[]): void => {
    if (isStopped) return;
    const before = stream;
    const wanted = [...new Set([...OWN_TOPICS, ...topics])];
    const events = resuming<SimulationEvent>((options) => service.simulations.follow(id, options), {
      topics: wanted,
      sinceSeq: tally.lastSeq,
    });
    streamProblem.value = null;
    let own: Subscription | null = null;
    own = events.subscribe({
      next: (item) => take(own, item),
      // One that has ended can still be looked at; one that is gone says so when it is asked.
      complete: () => void refresh(),
      error: (error: unknown) => {
        if (isStopped || own !== stream) return;
        streamProblem.value = problemText(error);
        void refresh();
      },
    });
    stream = own;
    if (before !== undefined) setTimeout(() => before.unsubscribe(), HAND_OVER_MS);
  };

  const remove = async (): Promise<void> => {
    // Its stream ends before the answer comes, and nobody has to be told why.
    isLeaving = true;
    round++;
    try {
      await service.simulations.remove(id);
      stop();
    } catch (error) {
      isLeaving = false;
      void refresh();
      throw error;
    }
  };

  const stop = (): void => {
    isStopped = true;
    clearTimeout(stateTimer);
    clearTimeout(newsTimer);
    stream?.unsubscribe();
  };

  void refresh();
  return {
    id,
    state,
    problem,
    gone,
    moved: computed(() => movedOf(state.value)),
    tally,
    heard,
    streamProblem,
    hear,
    took: (answer) => {
      round++;
      state.value = answer;
      problem.value = null;
      void refresh();
    },
    refresh: () => void refresh(),
    remove,
    stop,
  };
}

function movedOf(state: SimulationState | null): string {
  if (state === null) return '';
  const { simTimeNs, events, operationsTotal, status } = state;
  return [simTimeNs, events, operationsTotal, status].join(' ');
}
