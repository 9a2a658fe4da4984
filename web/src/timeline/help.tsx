import { useRef } from 'preact/hooks';

const KEYS: readonly (readonly [string, string])[] = [
  ['← →', 'move in time'],
  ['Page Up, Page Down', 'move by what is visible'],
  ['+ −', 'zoom in and out, around what is chosen'],
  ['Home', 'show all'],
  ['Tab, ↑ ↓', 'from lane to lane'],
  ['n, p', 'next and previous stall of the lane'],
  ['m', 'longest stall of the run'],
  ['Enter', 'choose on this lane, and show what it waited for'],
  ['Esc', 'close what is open, then what was measured'],
];

const POINTER: readonly (readonly [string, string])[] = [
  ['drag', 'move in time'],
  ['ctrl + wheel', 'zoom at the pointer'],
  ['double click', 'zoom in'],
  ['shift + drag', 'measure a time'],
  ['click', 'choose a stall, a section, an operation, a wait'],
];

/** Opened by its button or by `?`; the browser closes it with Esc. */
export function Help() {
  const dialog = useRef<HTMLDivElement>(null);
  return (
    <>
      <button type="button" popovertarget="timeline-help" class="timeline-help-button">
        Keys <kbd>?</kbd>
      </button>
      <div ref={dialog} id="timeline-help" popover="auto" class="timeline-help" role="dialog" aria-label="Keys">
        <h2>Keys, while a lane has the focus</h2>
        <Keys of={KEYS} />
        <h2>Mouse</h2>
        <Keys of={POINTER} />
      </div>
    </>
  );
}

function Keys({ of }: { readonly of: typeof KEYS }) {
  return (
    <dl>
      {of.map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}

export const toggleHelp = (): void => {
  document.querySelector<HTMLElement>('#timeline-help')?.togglePopover();
};
