// A worker thread: one schedule, gone through once more, with the state at each step.

import { steppedSchedule } from '../explore/stepped.ts';
import type { StepsAnswer, StepsTask } from './steps-messages.ts';

export default function stepInWorker({ question, schedule, wanted }: StepsTask): StepsAnswer {
  try {
    return { kind: 'stepped', text: JSON.stringify(steppedSchedule(question, schedule, wanted)) };
  } catch (error) {
    return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
  }
}
