// A small square in the colour and with the pattern that a kind has on the lanes.

import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../ui/theme.ts';
import { paletteIn } from './raster.ts';

const SIDE = 16;
const TILE = 8;

export function Swatch({ kind }: { readonly kind: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shade = theme.value;
  useEffect(() => {
    const image = new ImageData(SIDE, SIDE);
    const data = new Uint32Array(image.data.buffer);
    const tile = paletteIn(shade)[kind];
    if (tile === undefined) return;
    for (let at = 0; at < data.length; at++) {
      const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
      data[at] = tile[(y % TILE) * TILE + (x % TILE)]!;
    }
    canvas.current!.getContext('2d')!.putImageData(image, 0, 0);
  }, [kind, shade]);
  return (
    <span aria-hidden="true">
      <canvas ref={canvas} class="timeline-swatch" width={SIDE} height={SIDE} />
    </span>
  );
}
