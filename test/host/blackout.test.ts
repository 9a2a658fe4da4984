import { describe, expect, it } from 'vitest';
import { blackouts } from '../../src/host/blackout.ts';

const stretches = (...pairs: [number, number][]) => pairs.map(([from, to]) => ({ from, to }));

describe('blackouts', () => {
  it('one vCPU: its own stalls', () => {
    expect(blackouts([stretches([0, 5], [7, 9])])).toEqual(stretches([0, 5], [7, 9]));
  });

  it('several vCPUs: what all of them have in common', () => {
    const common = blackouts([stretches([0, 10], [20, 30]), stretches([5, 25]), stretches([8, 22], [24, 40])]);
    expect(common).toEqual(stretches([8, 10], [20, 22], [24, 25]));
  });

  it('stalls that only touch: no blackout', () => {
    expect(blackouts([stretches([0, 5]), stretches([5, 9])])).toEqual([]);
  });
});
