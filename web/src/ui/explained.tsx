// A number that says what it is, when it is pointed at or focused.

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { exactNs, formatNs } from './duration.ts';

export interface Explanation {
  /** What it is, in the words of docs/glossary.md. */
  readonly what: string;
  readonly unit?: string;
  /** Where it comes from: a field of the API, "schemes[].stall.maxNs". */
  readonly source?: string;
}

export interface ExplainedProps extends Explanation {
  /** The value to the last digit, where what is shown is rounded. */
  readonly exact?: string | undefined;
  readonly children: ComponentChildren;
}

export function Explained({ what, unit, source, exact, children }: ExplainedProps) {
  const id = useId();
  const anchor = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);

  useEffect(() => {
    if (!isOpen) return;
    const element = popover.current!;
    element.showPopover();
    placeBeside(element, anchor.current!.getBoundingClientRect());
    // What is pointed at may have no focus, and Esc closes it all the same.
    const close = (event: Event): void => {
      if (!(event instanceof KeyboardEvent) || event.key === 'Escape') setOpen(false);
    };
    addEventListener('keydown', close);
    addEventListener('scroll', close, true);
    return () => {
      removeEventListener('keydown', close);
      removeEventListener('scroll', close, true);
    };
  }, [isOpen]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what it does for the mouse it does for focus, too.
    <span
      ref={anchor}
      class="explained"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an explanation has to be in reach of the keyboard.
      tabIndex={0}
      aria-describedby={isOpen ? id : undefined}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onFocus={() => setOpen(true)}
      onBlur={() => setOpen(false)}
    >
      {children}
      {isOpen ? (
        <span ref={popover} id={id} role="tooltip" popover="manual" class="explanation">
          <span>{what}</span>
          {exact === undefined ? null : <span class="explanation-exact">{exact}</span>}
          {unit === undefined ? null : <span>Unit: {unit}</span>}
          {source === undefined ? null : <span class="explanation-source">From {source}</span>}
        </span>
      ) : null}
    </span>
  );
}

/** A time in nanoseconds: rounded on the screen, exact in its explanation. null is shown as `none`. */
export function ExplainedNs({
  ns,
  none = 'never',
  ...explanation
}: Omit<Explanation, 'unit'> & { readonly ns: number | null; readonly none?: string }) {
  return (
    <Explained {...explanation} unit="simulated time" exact={ns === null ? undefined : exactNs(ns)}>
      {ns === null ? none : formatNs(ns)}
    </Explained>
  );
}

const MARGIN_PX = 6;

/** Below what it explains, or above where there is no room; never beyond the window. */
export function placeBeside(element: HTMLElement, around: DOMRect): void {
  const { width, height } = element.getBoundingClientRect();
  const below = around.bottom + MARGIN_PX;
  const top = below + height <= innerHeight ? below : Math.max(MARGIN_PX, around.top - height - MARGIN_PX);
  const left = Math.max(MARGIN_PX, Math.min(around.left, innerWidth - width - MARGIN_PX));
  element.style.top = `${top}px`;
  element.style.left = `${left}px`;
}
