// What is chosen: of a stall its parts and whom it waited for, of anything else what it was.

import { formatCount, formatNs } from '../ui/duration.ts';
import { Explained, ExplainedNs } from '../ui/explained.tsx';
import { CONCLUSIONS, describeSpan, explainStall, hex, isStall, type Step } from './explain.ts';
import { type Go, GoTo } from './go-to.tsx';
import { kindName } from './kinds.ts';
import { lockChain } from './lock-chain.ts';
import { LockChainText } from './lock-chain-text.tsx';
import { goTo, spansAt } from './moves.ts';
import { countOf, lengthNs } from './spans.ts';
import { Swatch } from './swatch.tsx';
import { momentText } from './time-range.ts';
import type { SpanAt, Timeline } from './timeline.ts';
import type { PaneIndex, TimelineState } from './timeline-state.ts';

export function Details({ state }: { readonly state: TimelineState }) {
  const chosen = state.selected.value;
  const timeline = chosen === null ? null : state.timelines.value[chosen.pane];
  if (chosen === null || timeline === null) {
    return (
      <section class="timeline-details" aria-label="What is chosen">
        <p class="timeline-hint">
          Click a stall, or press <kbd>n</kbd> on a lane, to see what it waited for and who held it up. <kbd>?</kbd>{' '}
          lists all keys.
        </p>
      </section>
    );
  }
  const lane = timeline.lanes[chosen.at.lane];
  return (
    <section class="timeline-details" aria-label="What is chosen">
      {lane !== undefined && isStall(lane) ? (
        <Stall state={state} pane={chosen.pane} timeline={timeline} at={chosen.at} />
      ) : (
        <OtherSpan state={state} pane={chosen.pane} timeline={timeline} at={chosen.at} />
      )}
      <button
        type="button"
        class="timeline-close"
        onClick={() => {
          state.selected.value = null;
        }}
      >
        Close <kbd>Esc</kbd>
      </button>
    </section>
  );
}

interface ChosenProps {
  readonly state: TimelineState;
  readonly pane: PaneIndex;
  readonly timeline: Timeline;
  readonly at: SpanAt;
}

function Stall({ state, pane, timeline, at }: ChosenProps) {
  const stall = explainStall(timeline, at);
  if (stall === null) return null;
  const { lane, index, startNs, endNs, parts, steps, faults, faultCount } = stall;
  const length = endNs - startNs;
  return (
    <>
      <h2>
        {lane.label} stalls for{' '}
        <ExplainedNs
          ns={length}
          what="Length of the stall window: an interval in which the vCPU wants to run guest code and cannot."
          source="trace: dur of the slice stall"
        />
      </h2>
      <p class="timeline-when">
        Stall {formatCount(index + 1)} of {formatCount(countOf(lane.rows[0]!))} on this lane, from{' '}
        <Explained
          what="When the window begins, in virtual time."
          exact={`${formatCount(startNs)} ns`}
          source="trace: ts"
        >
          {momentText(startNs)}
        </Explained>{' '}
        to {momentText(endNs)}
      </p>
      <h3>What it was spent on</h3>
      <table class="timeline-parts">
        <caption class="visually-hidden">Causes of the stall and their times</caption>
        <thead class="visually-hidden">
          <tr>
            <th scope="col">Cause</th>
            <th scope="col">Time</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {parts.map(({ kind, ns, count }) => (
            <tr key={kind}>
              <th scope="row">
                <Swatch kind={kind} /> {kindName(kind)}
              </th>
              <td class="end">
                <ExplainedNs
                  ns={ns}
                  what={`Time of this stall that went to ${kindName(kind)}, in ${count} ${count === 1 ? 'stretch' : 'stretches'}.`}
                  source={`trace: slices ${kindName(kind)} inside of the stall`}
                />
              </td>
              <td class="end">{Math.round((ns / Math.max(1, length)) * 100)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>Whom it waited for</h3>
      {steps.length === 0 ? <p>Nobody: it is all work of the vCPU itself.</p> : null}
      <ol class="timeline-steps">
        {steps.map((step) => (
          <li key={`${step.kind} ${step.startNs}`}>
            <StepText step={step} go={(to) => goTo(state, pane, to)} />
          </li>
        ))}
      </ol>
      {faultCount === 0 ? null : (
        <details>
          <summary>
            {formatCount(faultCount)} {faultCount === 1 ? 'end' : 'ends'} of a lap through the fault path
          </summary>
          <ul>
            {faults.map(({ atNs, outcome, gfn, laps }) => (
              <li key={atNs}>
                {momentText(atNs)}: <code>{outcome}</code> at gfn {hex(gfn)}
                {laps > 1 ? `, ${formatCount(laps)} laps` : ''}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function StepText({ step, go }: { readonly step: Step; readonly go: Go }) {
  const { kind, ns, count, chain, conclusion, meanwhile, lock, address } = step;
  const isHeld = (lock?.waits[0]?.holders.length ?? 0) > 0;
  return (
    <>
      <p>
        <Swatch kind={kind} /> <strong>{kindName(kind)}</strong> {formatNs(ns)}
        {count > 1 ? `, ${formatCount(count)} times` : ''}
      </p>
      {lock === null ? null : <LockChainText chain={lock} conclusion={conclusion} go={go} />}
      {address === null ? null : <p class="timeline-link">for the page at {hex(address)}, until userspace brings it</p>}
      {chain.map((link, depth) => (
        <p key={link.text} class="timeline-link">
          {depth === 0 ? '← held up by ' : '← which belongs to '}
          <GoTo link={link} go={go} />
          {depth === 0 && conclusion !== null ? (
            <>
              {' '}
              (
              <Explained what={CONCLUSIONS[conclusion] ?? conclusion} source="trace: conclusion">
                {conclusion}
              </Explained>
              )
            </>
          ) : null}
        </p>
      ))}
      {meanwhile.length === 0 ? null : (
        <p class="timeline-link">
          ←{' '}
          <Explained
            what="The records do not have who held this one up. These operations were under way for at least half of the time, the one with most of it first."
            source="trace: slices of the process at that time"
          >
            under way meanwhile
          </Explained>
          {': '}
          {meanwhile.map((link, at) => (
            <span key={link.text}>
              {at === 0 ? '' : ', '}
              <GoTo link={link} go={go} />
            </span>
          ))}
        </p>
      )}
      {chain.length === 0 && meanwhile.length === 0 && address === null && !isHeld ? (
        <p class="timeline-link">No operation was under way for most of it, and no record names a holder.</p>
      ) : null}
    </>
  );
}

function OtherSpan({ state, pane, timeline, at }: ChosenProps) {
  const spans = spansAt(timeline, at);
  const lane = timeline.lanes[at.lane];
  if (spans === undefined || lane === undefined || at.index >= countOf(spans)) return null;
  const { start, length, errno } = timeline.notes[spans.note[at.index]!] ?? {};
  return (
    <>
      <h2>{describeSpan(timeline, at)}</h2>
      <p class="timeline-when">
        <Swatch kind={spans.kind[at.index]!} /> On the lane {lane.label}, from {momentText(spans.startNs[at.index]!)}{' '}
        for <ExplainedNs ns={lengthNs(spans, at.index)} what="How long it took." source="trace: dur" />
      </p>
      {typeof start === 'number' && typeof length === 'number' ? (
        <p>
          Range {hex(start)} to {hex(start + length)}
        </p>
      ) : null}
      {lane.group === 'lock' ? (
        <LockChainText chain={lockChain(timeline, at)} conclusion={null} go={(to) => goTo(state, pane, to)} />
      ) : null}
      {typeof errno === 'string' ? <p>It ended with {errno}.</p> : null}
    </>
  );
}
