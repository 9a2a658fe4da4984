import type { LiveEnd } from './live-types.ts';

/** Nothing more can be started in the simulation, and its time stands. It can still be looked at. */
export class LiveEnded extends Error {
  override readonly name = 'LiveEnded';
  readonly ended: LiveEnd;

  constructor(ended: LiveEnd, message: string) {
    super(`the simulation has ended (${ended}): ${message}`);
    this.ended = ended;
  }
}
