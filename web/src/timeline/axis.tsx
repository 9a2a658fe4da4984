// The axis of virtual time that all panes share, with what was measured.

import { useEffect, useRef } from 'preact/hooks';
import { formatNs } from '../ui/duration.ts';
import { theme } from '../ui/theme.ts';
import { redrawing } from './redraw.ts';
import { spanOf, ticksOf } from './time-range.ts';
import type { TimelineState } from './timeline-state.ts';

const HEIGHT = 34;
const TICK_WIDTH = 110;

export function Axis({ state }: { readonly state: TimelineState }) {
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const element = canvas.current!;
    const drawing = redrawing(
      () => [state.range.value, state.measure.value, theme.value],
      () => draw(element, state),
    );
    const observer = new ResizeObserver(() => drawing.request());
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawing.stop();
    };
  }, [state]);

  return (
    <div class="timeline-axis" aria-hidden="true">
      <canvas ref={canvas} />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, state: TimelineState): void {
  const width = canvas.clientWidth;
  const ratio = devicePixelRatio;
  if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
  if (canvas.height !== Math.round(HEIGHT * ratio)) canvas.height = Math.round(HEIGHT * ratio);
  const context = canvas.getContext('2d')!;
  const { color, fontFamily } = getComputedStyle(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);
  context.fillStyle = color;
  context.font = `12px ${fontFamily}`;
  context.textBaseline = 'top';
  const range = state.range.peek();
  const xOf = (ns: number): number => ((ns - range.startNs) / spanOf(range)) * width;
  for (const { ns, label } of ticksOf(range, width / TICK_WIDTH)) {
    const x = Math.round(xOf(ns));
    context.fillRect(x, HEIGHT - 8, 1, 8);
    const half = context.measureText(label).width / 2;
    context.fillText(label, Math.max(0, Math.min(width - 2 * half, x - half)), HEIGHT - 22);
  }
  const measured = state.measure.peek();
  if (measured === null) return;
  const [from, to] = [xOf(measured.startNs), xOf(measured.endNs)];
  const text = `measured: ${formatNs(spanOf(measured))}`;
  context.fillRect(from, 6, Math.max(1, to - from), 1);
  context.fillRect(from, 2, 1, 9);
  context.fillRect(to, 2, 1, 9);
  const textWidth = context.measureText(text).width;
  context.clearRect((from + to) / 2 - textWidth / 2 - 4, 0, textWidth + 8, 12);
  context.fillText(text, (from + to) / 2 - textWidth / 2, 0);
}
