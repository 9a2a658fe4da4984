// Traces, where they are asked for. What makes them is OpenTelemetry, which takes most of a second to load; so whoever has work
// to tell of goes through here, and without a tracer that costs a call of an empty function.

export type Attributes = Readonly<Record<string, string | number | readonly string[]>>;

export interface Tracing {
  /** What goes on now, for `span` to go on under later. */
  current(): unknown;
  /** `act` as a span: under `parent`, and whatever it does under the span. */
  span<T>(
    told: { name: string; attributes: Attributes; parent: unknown },
    act: () => Promise<T>,
    failed: (result: T) => boolean,
  ): Promise<T>;
  /** A span that ends now and has taken so long. */
  ended(told: { name: string; attributes: Attributes; durationMs: number; failed: boolean }): void;
}

const NONE: Tracing = { current: () => undefined, span: (_told, act) => act(), ended() {} };

let tracing = NONE;

/** There is one tracer in a process, as OpenTelemetry has it. */
export function traceWith(other: Tracing): void {
  tracing = other;
}

export const currentTrace = (): unknown => tracing.current();

export const inSpan: Tracing['span'] = (told, act, failed) => tracing.span(told, act, failed);

export const spanEnded: Tracing['ended'] = (told) => tracing.ended(told);
