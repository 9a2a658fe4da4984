// One run as a trace for Perfetto: what each vCPU, thread, lock and VM did, and arrows from notifications to the stalls that
// they have caused. Made of records alone, so that a live simulation has one as well. Same records, same bytes.

import { type Trace, traceText } from './chrome-trace.ts';
import type { MapcountSchemeId, NotifierSchemeId, RunRecord } from './run-types.ts';
import type { Scenario } from './scenario.ts';
import { Causes } from './trace-causes.ts';
import { lockGroups, processGroups, runGroup, userfaultGroups } from './trace-groups.ts';
import { toldBy } from './trace-notices.ts';
import { vmGroups } from './trace-vcpus.ts';

/** What was run. */
export interface TracedRun {
  readonly scenario: Scenario;
  readonly scheme: NotifierSchemeId;
  readonly mapcount: MapcountSchemeId;
  readonly seed: number;
}

interface TraceNotes {
  /** Of the program. */
  readonly version: string;
  /** Records that came and are not among those given. */
  readonly dropped?: number;
}

/** The text of the trace in pieces. The records stand in the order in which they were published. */
export function runTrace(run: TracedRun, records: readonly RunRecord[], notes: TraceNotes): Generator<string> {
  return traceText(traceOf(run, records, notes));
}

function traceOf(run: TracedRun, records: readonly RunRecord[], { version, dropped = 0 }: TraceNotes): Trace {
  const { scenario, scheme, mapcount, seed } = run;
  const told = toldBy(records);
  const about = {
    scenario: scenario.name,
    scheme,
    mapcount,
    seed,
    stallscope: version,
    records: records.length,
    recordsLeftOut: dropped,
  };
  const processes = processGroups(told);
  const { groups, flows } = vmGroups(scenario, told, new Causes(scenario, told), processes.trackOf);
  return {
    groups: [runGroup(about, told), ...groups, ...processes.groups, ...lockGroups(told), ...userfaultGroups(told)],
    flows,
    about,
  };
}
