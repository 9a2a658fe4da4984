// What leaves a run: typed channels of records. A call site asks first whether anybody looks,
//
//   if (channel.observed) channel.publish({ ... });
//
// so that a record that nobody observes is not even built. Observers are called in order of subscription and cannot
// change the run: what one throws is kept and reported here, and the next one still gets the record.

import { Observable, type Observer, Subscriber, type Subscription } from 'rxjs';

export type RecordListener<R> = (record: R) => void;

export interface ObserverError {
  readonly channel: string;
  readonly error: unknown;
}

/** An observer that throws at every record must not fill the memory. The rest is counted. */
const KEPT_ERRORS_MAX = 100;

export class RecordBus {
  /** The first errors of observers, in order. */
  readonly errors: ObserverError[] = [];
  errorCount = 0;
  /** Told of every error at once, in the middle of the run. It must not throw. */
  onError: ((error: ObserverError) => void) | null = null;
  readonly #channels = new Map<string, RecordChannel<never>>();

  /** The channel of that name; the caller vouches for the type of its records. */
  channel<R>(name: string): RecordChannel<R> {
    let channel = this.#channels.get(name) as RecordChannel<R> | undefined;
    if (channel === undefined) {
      channel = new RecordChannel<R>(name, this);
      this.#channels.set(name, channel as unknown as RecordChannel<never>);
    }
    return channel;
  }

  channels(): readonly string[] {
    return [...this.#channels.keys()];
  }

  report(channel: string, error: unknown): void {
    this.errorCount++;
    const kept = { channel, error };
    if (this.errors.length < KEPT_ERRORS_MAX) this.errors.push(kept);
    this.onError?.(kept);
  }

  /** Completes every stream. Plain listeners stay. */
  complete(): void {
    for (const channel of this.#channels.values()) channel.complete();
  }
}

export class RecordChannel<R> {
  readonly name: string;
  /** The records as a hot stream. */
  readonly stream$: Observable<R>;
  readonly #bus: RecordBus;
  // Copied at every change, so that who leaves or joins during a publish does not disturb it.
  #listeners: readonly RecordListener<R>[] = [];
  #subscribers: readonly Subscriber<R>[] = [];

  constructor(name: string, bus: RecordBus) {
    this.name = name;
    this.#bus = bus;
    this.stream$ = new GuardedStream<R>(
      (error) => bus.report(name, error),
      (subscriber) => {
        this.#subscribers = [...this.#subscribers, subscriber];
        const leave = this.listen((record) => subscriber.next(record));
        return () => {
          leave();
          this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
        };
      },
    );
  }

  get observed(): boolean {
    return this.#listeners.length > 0;
  }

  publish(record: R): void {
    for (const listener of this.#listeners) {
      try {
        listener(record);
      } catch (error) {
        this.#bus.report(this.name, error);
      }
    }
  }

  /** A plain function, called with each record at the moment of its publication. Returns how to leave. */
  listen(listener: RecordListener<R>): () => void {
    // Its own identity, so that one function may listen twice and leave once.
    const entry: RecordListener<R> = (record) => listener(record);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  complete(): void {
    for (const subscriber of this.#subscribers) subscriber.complete();
  }
}

/**
 * An observable whose final observers are guarded, behind any operators. rxjs would report what they throw on a timer of
 * its own, later and elsewhere. As with Subject, lift() carries the guard through pipe(); a creation function such as
 * combineLatest() makes a new, unguarded stream.
 */
class GuardedStream<R> extends Observable<R> {
  readonly #report: (error: unknown) => void;

  constructor(report: (error: unknown) => void, subscribe?: (subscriber: Subscriber<R>) => () => void) {
    super(subscribe);
    this.#report = report;
  }

  override lift<S>(operator: Parameters<Observable<R>['lift']>[0]): Observable<S> {
    const lifted = new GuardedStream<S>(this.#report);
    lifted.source = this;
    lifted.operator = operator as NonNullable<typeof lifted.operator>;
    return lifted;
  }

  override subscribe(
    observerOrNext?: Partial<Observer<R>> | ((value: R) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // Operators subscribe with a Subscriber, and pass errors on by themselves.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext);
    const observer: Partial<Observer<R>> =
      typeof observerOrNext === 'object' && observerOrNext !== null
        ? observerOrNext
        : {
            ...(observerOrNext ? { next: observerOrNext } : {}),
            ...(error ? { error } : {}),
            ...(complete ? { complete } : {}),
          };
    return super.subscribe({
      next: (value) => this.#guard(() => observer.next?.(value)),
      error: (failure: unknown) =>
        this.#guard(() => {
          if (observer.error === undefined) throw failure;
          observer.error(failure);
        }),
      complete: () => this.#guard(() => observer.complete?.()),
    });
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#report(error);
    }
  }
}
