// The maps of both MMUs over the memory of the guest, one above the other.

import { useEffect, useRef, useState } from 'preact/hooks';
import { useLoaded } from '../api/loaded.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { theme } from '../ui/theme.ts';
import { entryAt } from './band-entry.ts';
import { type BandView, fitted, PAGE, panned, showing, wholeView, zoomed } from './band-view.ts';
import { formatBytes, formatRange, roughBytes } from './bytes.ts';
import { EntryReadout } from './entry-readout.tsx';
import { drawMap, laneAt, mapHeight } from './map-drawing.ts';
import { MapLegend } from './map-legend.tsx';
import { lookAtMaps, memorySize } from './map-look.ts';
import { lanesOf } from './map-runs.ts';
import { useLook } from './use-look.ts';
import type { WatchedSimulation } from './watch-simulation.ts';

interface Props {
  readonly simulation: WatchedSimulation;
  readonly onFolio: (frame: number) => void;
  /** What is shown, for who wants to do something with it. */
  readonly onView: (view: BandView) => void;
}

const ZOOM = 2;
const WHEEL_ZOOM = 1.25;
const PAN = 0.25;

export function MapPanel({ simulation, onFolio, onView }: Props) {
  const { id, moved, state, tally, heard } = simulation;
  const memory = useLoaded(`memory of ${id}`, () => memorySize(id));
  const [asked, setView] = useState<BandView | null>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  const [vm, setVm] = useState<number | null>(null);
  const size = memory.value.value;
  const view = asked ?? (size === null ? null : wholeView(size));

  const key = view === null ? null : `${moved.value} ${view.start} ${view.length} ${vm}`;
  const look = useLook(key, () => lookAtMaps(id, view!, vm));
  const maps = look.value.value;
  const lanes = lanesOf(maps);
  const vms = [...new Set(state.value?.vcpus.map((vcpu) => vcpu.vm) ?? [])];
  // Sections of other processes are about other page tables.
  const sections = heard.value >= 0 ? tally.openSections.filter(({ process }) => process === (maps?.process ?? 0)) : [];

  const show = (next: BandView): void => {
    if (size === null) return;
    setView(next);
    onView(next);
  };
  const move = (change: (view: BandView, memory: number) => BandView): void => {
    if (view !== null && size !== null) show(change(view, size));
  };
  const middle = (shown: BandView): number => cursor ?? shown.start + shown.length / 2;
  const zoomBy = (factor: number, at?: number): void =>
    move((shown, total) => zoomed(shown, factor, at ?? middle(shown), total));
  const step = (isForth: boolean): void =>
    move((shown, total) => {
      if (cursor === null) {
        setCursor(shown.start);
        return shown;
      }
      // What is not there yet, as the view has just moved, has no next one.
      const entry = entryAt(lanes[0]?.runs ?? [], cursor);
      if (entry === null) return shown;
      const to = Math.min(Math.max(isForth ? entry.start + entry.length : entry.start - PAGE, 0), total - PAGE);
      setCursor(to);
      return showing(shown, to, total);
    });

  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => move((shown, total) => panned(shown, -PAN, total)),
    ArrowRight: () => move((shown, total) => panned(shown, PAN, total)),
    PageUp: () => move((shown, total) => panned(shown, -1, total)),
    PageDown: () => move((shown, total) => panned(shown, 1, total)),
    '+': () => zoomBy(ZOOM),
    '=': () => zoomBy(ZOOM),
    '-': () => zoomBy(1 / ZOOM),
    Home: () => move((_, total) => wholeView(total)),
    ',': () => step(false),
    '.': () => step(true),
    Escape: () => setCursor(null),
  };

  return (
    <section class="live-map" aria-labelledby="live-map-title">
      <div class="live-head">
        <h2 id="live-map-title">Maps of the memory</h2>
        <div class="tools">
          {vms.length < 2 ? null : (
            <label>
              SPTEs of{' '}
              <select
                value={vm ?? ''}
                onChange={({ currentTarget: { value } }) => setVm(value === '' ? null : Number(value))}
              >
                <option value="">all VMs of process 0</option>
                {vms.map((index) => (
                  <option key={index} value={index}>
                    VM {index}
                  </option>
                ))}
              </select>
            </label>
          )}
          <button type="button" onClick={keys.ArrowLeft} aria-label="To the left">
            ◀
          </button>
          <button type="button" onClick={keys.ArrowRight} aria-label="To the right">
            ▶
          </button>
          <button type="button" onClick={keys['-']}>
            Zoom out
          </button>
          <button type="button" onClick={keys['+']}>
            Zoom in
          </button>
          <button type="button" onClick={keys.Home}>
            All
          </button>
          <span class="live-shown" data-testid="shown">
            {view === null ? '…' : `${formatRange(view.start, view.length)}, ${roughBytes(view.length)}`}
          </span>
        </div>
      </div>
      <ProblemNotice problem={memory.problem.value ?? look.problem.value} />
      <MapCanvas
        view={view}
        lanes={lanes}
        sections={sections}
        cursor={cursor}
        keys={keys}
        onPoint={setCursor}
        onZoom={zoomBy}
        onDrag={(bytes) => move((shown, total) => fitted({ ...shown, start: shown.start + bytes }, total))}
      />
      {maps?.cutAt === null || maps === null ? null : (
        <p class="field-hint">
          Too fine to be shown at once: what lies behind {formatBytes(maps.cutAt)} shows when it is zoomed into.
        </p>
      )}
      <EntryReadout cursor={cursor} lanes={lanes} onFolio={onFolio} />
      <MapLegend />
    </section>
  );
}

interface CanvasProps {
  readonly view: BandView | null;
  readonly lanes: ReturnType<typeof lanesOf>;
  readonly sections: readonly { readonly start: number; readonly length: number }[];
  readonly cursor: number | null;
  readonly keys: Readonly<Record<string, () => void>>;
  readonly onPoint: (offset: number) => void;
  readonly onZoom: (factor: number, at: number) => void;
  readonly onDrag: (bytes: number) => void;
}

function MapCanvas({ view, lanes, sections, cursor, keys, onPoint, onZoom, onDrag }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const dragged = useRef<number | null>(null);
  const shade = theme.value;
  const height = mapHeight(lanes.length);

  useEffect(() => {
    const element = canvas.current!;
    const context = element.getContext('2d');
    if (context === null || view === null || width === 0) return;
    const ratio = devicePixelRatio;
    element.width = Math.round(width * ratio);
    element.height = Math.round(height * ratio);
    element.style.height = `${height}px`;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawMap(context, width, { view, lanes, sections, cursor }, shadesOf(element, shade));
  });

  const offsetAt = ({ offsetX }: MouseEvent): number | null =>
    view === null || width === 0 ? null : view.start + Math.floor(((offsetX / width) * view.length) / PAGE) * PAGE;

  // Wheel listeners of the framework are passive; this one has to keep the page where it is.
  const onWheel = useRef<(event: WheelEvent) => void>(() => {});
  onWheel.current = (event) => {
    if (view === null) return;
    const at = offsetAt(event);
    if ((event.ctrlKey || event.metaKey) && at !== null) {
      event.preventDefault();
      onZoom(event.deltaY < 0 ? WHEEL_ZOOM : 1 / WHEEL_ZOOM, at);
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      onDrag(((event.deltaX || event.deltaY) / width) * view.length);
    }
  };
  useEffect(() => {
    const element = canvas.current!;
    const listen = (event: WheelEvent): void => onWheel.current(event);
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, []);

  return (
    <canvas
      ref={canvas}
      class="live-canvas"
      role="img"
      tabIndex={0}
      aria-label="What each MMU maps over the memory of the guest, by level. Arrows pan, plus and minus zoom, Home shows all, comma and full stop go from entry to entry, which is read out below."
      onKeyDown={(event) => {
        const act = event.ctrlKey || event.metaKey || event.altKey ? undefined : keys[event.key];
        if (act === undefined) return;
        event.preventDefault();
        act();
      }}
      onPointerDown={(event) => {
        dragged.current = event.offsetX;
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerUp={() => {
        dragged.current = null;
      }}
      onPointerMove={(event) => {
        if (dragged.current !== null && view !== null) {
          onDrag(((dragged.current - event.offsetX) / width) * view.length);
          dragged.current = event.offsetX;
          return;
        }
        const at = offsetAt(event);
        if (at !== null && laneAt(event.offsetY, lanes.length) !== -1) onPoint(at);
      }}
      onDblClick={(event) => {
        const at = offsetAt(event);
        if (at !== null) onZoom(ZOOM * ZOOM, at);
      }}
    />
  );
}

function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

function shadesOf(element: HTMLElement, shade: 'light' | 'dark') {
  const style = getComputedStyle(element);
  // Custom properties come unresolved, and what is drawn with has to be a colour: the style sheet puts them into others.
  const { color, backgroundColor, textDecorationColor, borderTopColor, borderLeftColor, fontFamily } = style;
  return {
    theme: shade,
    text: color,
    page: backgroundColor,
    muted: borderLeftColor,
    line: borderTopColor,
    section: textDecorationColor,
    font: fontFamily,
  };
}
