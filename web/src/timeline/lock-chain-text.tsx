// A wait for a lock in words: who held it, in what, whom that one waited for.

import { formatCount, formatNs } from '../ui/duration.ts';
import { Explained } from '../ui/explained.tsx';
import type { Link } from './chain.ts';
import { CONCLUSIONS } from './explain.ts';
import { type Go, GoTo } from './go-to.tsx';
import { kindName } from './kinds.ts';
import type { Holder, HolderStall, LockChain, LockWait } from './lock-chain.ts';

interface LockChainTextProps {
  readonly chain: LockChain;
  /** Of the first wait; null: none is recorded. */
  readonly conclusion: string | null;
  readonly go: Go;
}

export function LockChainText({ chain: { waits, end, isCut, others }, conclusion, go }: LockChainTextProps) {
  return (
    <>
      {waits.map((wait, depth) => (
        <p key={keyOf(wait)} class="timeline-link">
          {depth === 0 ? 'waited' : `← ${wait.task} itself waited ${formatNs(wait.ns)}`} for{' '}
          <GoTo link={wait.lock} go={go} />
          {wait.mode === null ? '' : ` (${wait.mode})`}
          {depth === 0 && others > 0
            ? `, as did ${formatCount(others)} ${others === 1 ? 'other' : 'others'} meanwhile`
            : ''}
          <Holders wait={wait} go={go} />
          {depth === 0 && conclusion === 'holder' ? <Conclusion conclusion={conclusion} /> : null}
          <Queue wait={wait} go={go} />
          {depth === 0 && conclusion === 'queue' ? <Conclusion conclusion={conclusion} /> : null}
          {wait.releasedBy === null ? null : (
            <>
              {wait.mode === null ? ', woken by ' : ', released by '}
              <GoTo link={wait.releasedBy} go={go} />
            </>
          )}
        </p>
      ))}
      {end === null ? null : <HolderStallText end={end} go={go} />}
      {isCut ? <p class="timeline-link">← and so on; click the last lock to go on from there</p> : null}
    </>
  );
}

const keyOf = ({ task, lock: { text, at } }: LockWait): string => `${task} ${text} ${at?.row} ${at?.index}`;

const Conclusion = ({ conclusion }: { readonly conclusion: string }) => (
  <>
    {' '}
    (
    <Explained what={CONCLUSIONS[conclusion] ?? conclusion} source="trace: conclusion">
      {conclusion}
    </Explained>
    )
  </>
);

function Holders({ wait: { holders, moreHolders }, go }: { readonly wait: LockWait; readonly go: Go }) {
  if (holders.length === 0) return null;
  return (
    <>
      , held by{' '}
      {holders.map((holder, at) => (
        <span key={holder.text}>
          {at === 0 ? '' : '; '}
          <HolderText holder={holder} go={go} />
        </span>
      ))}
      {moreHolders > 0 ? `; and ${formatCount(moreHolders)} more` : ''}
    </>
  );
}

const HolderText = ({ holder: { text, within }, go }: { readonly holder: Holder; readonly go: Go }) => (
  <>
    {text}
    <Within links={within} go={go} />
  </>
);

const Within = ({ links, go }: { readonly links: readonly Link[]; readonly go: Go }) => (
  <>
    {links.map((link) => (
      <span key={link.text}>
        , in <GoTo link={link} go={go} />
      </span>
    ))}
  </>
);

function Queue({ wait: { behind }, go }: { readonly wait: LockWait; readonly go: Go }) {
  if (behind === null) return null;
  const { passed } = behind;
  return (
    <>
      , queued behind <GoTo link={behind} go={go} />
      {passed === 0 ? '' : ` and ${formatCount(passed)} ${passed === 1 ? 'reader' : 'readers'} after it`}
    </>
  );
}

function HolderStallText({ end: { task, kind, ns, at, chain }, go }: { readonly end: HolderStall; readonly go: Go }) {
  return (
    <p class="timeline-link">
      ← {task} itself <GoTo link={{ text: 'stalled', at }} go={go} /> {formatNs(ns)} for {kindName(kind)}
      {chain.map((link, depth) => (
        <span key={link.text}>
          {depth === 0 ? ', held up by ' : ', which belongs to '}
          <GoTo link={link} go={go} />
        </span>
      ))}
    </p>
  );
}
