// Draws in the next frame after something has changed, and only then.

import { effect } from '@preact/signals';

/** `watch` reads the signals that the picture follows from. Returns a function that asks for another frame, and one that ends it. */
export function redrawing(watch: () => void, draw: () => void): { request(): void; stop(): void } {
  let frame = 0;
  const request = (): void => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
  const stop = effect(() => {
    watch();
    request();
  });
  return {
    request,
    stop() {
      stop();
      cancelAnimationFrame(frame);
    },
  };
}
