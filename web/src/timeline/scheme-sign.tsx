import { useEffect, useRef } from 'preact/hooks';
import { colourIn, schemeStyle } from '../ui/colours.ts';
import { theme } from '../ui/theme.ts';

const [WIDTH, HEIGHT] = [34, 10];

/** A piece of the line that the scheme has in every chart. */
export function SchemeSign({ scheme }: { readonly scheme: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shade = theme.value;
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    const { colour, dash } = schemeStyle(scheme);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    context.strokeStyle = colourIn(colour, shade);
    context.lineWidth = 4;
    context.setLineDash([...dash]);
    context.beginPath();
    context.moveTo(0, HEIGHT / 2);
    context.lineTo(WIDTH, HEIGHT / 2);
    context.stroke();
  }, [scheme, shade]);
  return (
    <span aria-hidden="true">
      <canvas ref={canvas} class="timeline-sign" width={WIDTH} height={HEIGHT} />
    </span>
  );
}
