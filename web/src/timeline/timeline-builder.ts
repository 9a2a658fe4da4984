// Makes a timeline of the events of a trace, one after the other. Which track is on which lane follows from the names that
// docs/guides/traces.md gives; a track with another name is left out.

import { kindOf, kindOfLock, OTHER } from './kinds.ts';
import { countOf, GrowingSpans, lengthNs, type Spans } from './spans.ts';
import type { About, Faults, Finding, Lane, LaneGroup, Note, StallAt, Timeline } from './timeline.ts';
import type { TraceEvent, TraceSink } from './trace-text.ts';

const NS_PER_US = 1e3;
const LONGEST = 20;
/** Rows of a lane that are told apart. */
const ROWS_MOST = 8;
/** Of all lanes together: a hundred bytes or less each. */
const SPANS_MOST = 4_000_000;

interface LaneInMaking {
  readonly id: string;
  readonly group: LaneGroup;
  readonly label: string;
  readonly number: number;
  readonly spans: GrowingSpans;
  readonly stretches: GrowingSpans;
  readonly faults: { atNs: number; gfn: number; laps: number; outcome: number }[];
}

/** Where a track belongs: on a lane, as what some thread does. */
interface Track {
  readonly group: string;
  readonly name: string;
  /** Without the number of a second track of the same name. */
  readonly task: string;
}

const ORDER: readonly LaneGroup[] = ['vcpu', 'process', 'notifications', 'flushes', 'lock', 'userspace'];

export class TimelineBuilder implements TraceSink {
  readonly #groups = new Map<number, string>();
  readonly #tracks = new Map<string, Track>();
  readonly #lanes = new Map<string, LaneInMaking>();
  readonly #notes: Note[] = [{}];
  readonly #noteIndex = new Map<string, number>([['{}', 0]]);
  readonly #outcomes: string[] = [];
  readonly #findings: Finding[] = [];
  #about: Readonly<Record<string, unknown>> = {};
  #startNs = Number.POSITIVE_INFINITY;
  #endNs = Number.NEGATIVE_INFINITY;
  #spans = 0;
  #leftOut = 0;
  stalls = 0;

  head(about: Readonly<Record<string, unknown>>): void {
    this.#about = about;
  }

  event(event: TraceEvent): void {
    const { ph, pid = 0, tid = 0, name = '', args = {} } = event;
    if (ph === 'M') {
      if (name === 'process_name') this.#groups.set(pid, String(args.name));
      if (name === 'thread_name') this.#nameTrack(pid, tid, String(args.name));
      return;
    }
    if (ph !== 'X' && ph !== 'i') return;
    const track = this.#tracks.get(`${pid} ${tid}`);
    if (track === undefined || typeof event.ts !== 'number') return;
    const startNs = Math.round(event.ts * NS_PER_US);
    if (ph === 'i') this.#instant(track, name, startNs, args);
    else this.#span(track, name, startNs, startNs + Math.round((event.dur ?? 0) * NS_PER_US), args);
  }

  #nameTrack(pid: number, tid: number, name: string): void {
    this.#tracks.set(`${pid} ${tid}`, {
      group: this.#groups.get(pid) ?? '',
      name,
      task: name.replace(/ \(\d+\)$/, '').replace(/^TLB flushes by /, ''),
    });
  }

  #span({ group, task }: Track, name: string, startNs: number, endNs: number, args: Note): void {
    this.#startNs = Math.min(this.#startNs, startNs);
    this.#endNs = Math.max(this.#endNs, endNs);
    const vcpu = task.match(/^vCPU (\d+)$/)?.[1];
    if (group.startsWith('VM ')) {
      if (vcpu !== undefined) this.#onVcpu(Number(vcpu), name, startNs, endNs, args);
      else if (name === 'KVM TLB flush') {
        this.#add(this.#lane('flushes', 'TLB flushes'), startNs, endNs, kindOf('kvm-flush'), { ...args, task });
      }
    } else if (group.startsWith('process ')) {
      this.#onProcess(Number(group.slice('process '.length)), task, name, startNs, endNs, args);
    } else if (group.startsWith('lock ')) {
      const lock = group.slice('lock '.length);
      // Its length is that of the span, and would keep apart what is otherwise the same.
      const { waitedNs: _, ...known } = args;
      this.#add(this.#lane('lock', lock), startNs, endNs, kindOfLock(lock), { ...known, lock, task });
    } else if (group === 'waits for userspace') {
      this.#add(this.#lane('userspace', 'userspace'), startNs, endNs, kindOf('userfault'), { ...args, task });
    }
  }

  #onVcpu(number: number, name: string, startNs: number, endNs: number, args: Note): void {
    const lane = this.#lane('vcpu', `vCPU ${number}`, number);
    if (name === 'running' || name === 'halted') return;
    if (name !== 'stall') {
      this.#keep(lane.stretches, startNs, endNs, kindOf(name), args);
      return;
    }
    this.stalls++;
    this.#keep(lane.spans, startNs, endNs, mostOf(args), {});
  }

  #onProcess(process: number, task: string, name: string, startNs: number, endNs: number, args: Note): void {
    const by = { ...args, process, task };
    if (name === 'CPU TLB shootdown') {
      this.#add(this.#lane('flushes', 'TLB flushes'), startNs, endNs, kindOf('cpu-shootdown'), by);
    } else if (name === 'collapsed' || name === 'invalidate_range_start' || /^section \d+$/.test(name)) {
      const kind = kindOf(name.startsWith('section') ? 'section' : name);
      const section = name.match(/^section (\d+)$/)?.[1];
      this.#add(this.#lane('notifications', 'notifications'), startNs, endNs, kind, {
        ...(section === undefined ? {} : { section: Number(section) }),
        ...by,
      });
    } else {
      const lane = this.#lane('process', `process ${process}`, process);
      this.#add(lane, startNs, endNs, kindOf('operation'), { name, ...by });
    }
  }

  #instant({ group, name: track, task }: Track, name: string, atNs: number, args: Note): void {
    if (group === 'run' && track === 'findings') {
      this.#findings.push({ atNs, name, message: String(args.message ?? '') });
    }
    const outcome = name.match(/^fault: (.*)$/)?.[1];
    const vcpu = task.match(/^vCPU (\d+)$/)?.[1];
    if (outcome === undefined || vcpu === undefined) return;
    if (this.#isFull()) return;
    let index = this.#outcomes.indexOf(outcome);
    if (index === -1) index = this.#outcomes.push(outcome) - 1;
    const faults = this.#lane('vcpu', `vCPU ${vcpu}`, Number(vcpu)).faults;
    faults.push({ atNs, gfn: Number(args.gfn), laps: Number(args.laps ?? 1), outcome: index });
  }

  #add(lane: LaneInMaking, startNs: number, endNs: number, kind: number, note: Note): void {
    this.#keep(lane.spans, startNs, endNs, kind, note);
  }

  #keep(spans: GrowingSpans, startNs: number, endNs: number, kind: number, note: Note): void {
    if (!this.#isFull()) spans.add(startNs, endNs, kind, this.#noted(note));
  }

  #isFull(): boolean {
    if (this.#spans >= SPANS_MOST) {
      this.#leftOut++;
      return true;
    }
    this.#spans++;
    return false;
  }

  /** What many have in common is kept once. */
  #noted(note: Note): number {
    const key = JSON.stringify(note);
    const known = this.#noteIndex.get(key);
    if (known !== undefined) return known;
    const index = this.#notes.push(note) - 1;
    this.#noteIndex.set(key, index);
    return index;
  }

  #lane(group: LaneGroup, label: string, number = 0): LaneInMaking {
    const id = group === 'vcpu' ? `vcpu ${number}` : group === 'lock' ? `lock ${label}` : label;
    let lane = this.#lanes.get(id);
    if (lane === undefined) {
      const [spans, stretches] = [new GrowingSpans(), new GrowingSpans()];
      lane = { id, group, label, number, spans, stretches, faults: [] };
      this.#lanes.set(id, lane);
    }
    return lane;
  }

  /** The whole. The builder is used up. */
  finish(): Timeline {
    const inOrder = [...this.#lanes.values()].sort(
      (a, b) => ORDER.indexOf(a.group) - ORDER.indexOf(b.group) || a.number - b.number || (a.label < b.label ? -1 : 1),
    );
    const lanes = inOrder.map(finishedLane);
    const isEmpty = this.#startNs > this.#endNs;
    return {
      about: aboutOf(this.#about),
      startNs: isEmpty ? 0 : this.#startNs,
      endNs: isEmpty ? 1 : Math.max(this.#endNs, this.#startNs + 1),
      lanes,
      notes: this.#notes,
      outcomes: this.#outcomes,
      findings: this.#findings,
      leftOut: this.#leftOut,
      ...totalsOf(lanes),
    };
  }
}

/** The cause that took most of a stall. */
function mostOf(causes: Note): number {
  let [most, mostNs] = [OTHER, 0];
  for (const [name, ns] of Object.entries(causes)) {
    if (name !== 'lengthNs' && typeof ns === 'number' && ns > mostNs) [most, mostNs] = [kindOf(name), ns];
  }
  return most;
}

function finishedLane({ id, group, label, spans, stretches, faults }: LaneInMaking): Lane {
  const isVcpu = group === 'vcpu';
  return {
    id,
    group,
    label,
    rows: isVcpu ? [spans.sorted()] : spans.rows(ROWS_MOST),
    stretches: isVcpu ? stretches.sorted() : null,
    faults: isVcpu ? faultColumns(faults) : null,
  };
}

function faultColumns(faults: LaneInMaking['faults']): Faults {
  faults.sort((a, b) => a.atNs - b.atNs);
  return {
    atNs: Float64Array.from(faults, ({ atNs }) => atNs),
    gfn: Float64Array.from(faults, ({ gfn }) => gfn),
    laps: Uint32Array.from(faults, ({ laps }) => laps),
    outcome: Uint8Array.from(faults, ({ outcome }) => outcome),
  };
}

function aboutOf(about: Readonly<Record<string, unknown>>): About {
  const text = (name: string): string => (about[name] === undefined ? '' : String(about[name]));
  return {
    scenario: text('scenario'),
    scheme: text('scheme'),
    mapcount: text('mapcount'),
    seed: text('seed'),
    recordsLeftOut: Number(about.recordsLeftOut ?? 0),
  };
}

function totalsOf(lanes: readonly Lane[]) {
  const causeNs: number[] = [];
  let [stalls, stalledNs] = [0, 0];
  const longest: (StallAt & { readonly ns: number })[] = [];
  for (const [lane, { group, rows, stretches }] of lanes.entries()) {
    const [windows] = rows;
    if (group !== 'vcpu' || windows === undefined) continue;
    for (let index = 0; index < countOf(windows); index++) {
      const ns = lengthNs(windows, index);
      stalls++;
      stalledNs += ns;
      if (longest.length < LONGEST || ns > longest.at(-1)!.ns) insert(longest, { lane, index, ns });
    }
    addByKind(causeNs, stretches);
  }
  return { stalls, stalledNs, causeNs, longest: longest.map(({ lane, index }) => ({ lane, index })) };
}

/** Of equally long ones the first stays in front. */
function insert<At extends { readonly ns: number }>(longest: At[], one: At): void {
  const at = longest.findIndex(({ ns }) => ns < one.ns);
  longest.splice(at === -1 ? longest.length : at, 0, one);
  if (longest.length > LONGEST) longest.pop();
}

function addByKind(sums: number[], spans: Spans | null): void {
  if (spans === null) return;
  for (let index = 0; index < countOf(spans); index++) {
    const kind = spans.kind[index]!;
    sums[kind] = (sums[kind] ?? 0) + lengthNs(spans, index);
  }
}
