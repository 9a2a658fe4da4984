import { describe, expect, it } from 'vitest';
import { canonicalJson, questionHash } from '../../../src/server/store/question.ts';

describe('canonicalJson', () => {
  it('keys in another order, fields that are undefined: the same text', () => {
    const one = { b: [1, { d: 'x', c: null }], a: true };
    const other = { a: true, gone: undefined, b: [1, { c: null, d: 'x' }] };
    expect(canonicalJson(other)).toBe(canonicalJson(one));
    expect(canonicalJson(one)).toBe('{"a":true,"b":[1,{"c":null,"d":"x"}]}');
  });

  it('lists in another order: another text', () => {
    expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('%s: refused, for JSON would make null of it', (number) => {
    expect(() => canonicalJson({ a: [number] })).toThrow(TypeError);
  });
});

describe('questionHash', () => {
  it('the same for the same, another for another kind', () => {
    expect(questionHash('comparison', { a: 1, b: 2 })).toBe(questionHash('comparison', { b: 2, a: 1 }));
    expect(questionHash('comparison', {})).not.toBe(questionHash('exploration', {}));
    expect(questionHash('comparison', {})).toMatch(/^[0-9a-f]{64}$/);
  });
});
