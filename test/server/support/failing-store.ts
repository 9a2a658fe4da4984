// A store that works until it is told to fail, and then answers every call as SQLite does on a disk that is broken, or full.

import type { Store } from '../../../src/server/store/store.ts';

export const IO_ERROR = 10;
export const DISK_FULL = 13;

export interface FailingStore {
  readonly store: Store;
  /** From now on; null: it works again. */
  fail(errcode: number | null): void;
}

export function failingStore(store: Store): FailingStore {
  let errcode: number | null = null;
  const watched = <T extends object>(part: T): T =>
    new Proxy(part, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          if (errcode !== null) throw Object.assign(new Error('out of order'), { code: 'ERR_SQLITE_ERROR', errcode });
          return Reflect.apply(value, target, args);
        };
      },
    });
  return {
    store: {
      jobs: <Spec, Result>(kind: string) => watched(store.jobs<Spec, Result>(kind)),
      history: (query) => watched(store).history(query),
      added: (kind) => watched(store.added(kind)),
      answers: watched(store.answers),
      close: () => store.close(),
    },
    fail(code) {
      errcode = code;
    },
  };
}
