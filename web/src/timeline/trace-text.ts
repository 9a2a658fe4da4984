// Takes a trace in Chrome's JSON format apart while it comes in: a hundred million bytes of text, of which only some thousand events
// exist at a time.

export interface TraceEvent {
  readonly ph?: string;
  readonly pid?: number;
  readonly tid?: number;
  readonly name?: string;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface TraceSink {
  /** What stands in front of the events: "otherData" of our own traces. */
  head(about: Readonly<Record<string, unknown>>): void;
  event(event: TraceEvent): void;
}

const HEAD_LIMIT = 1_000_000;
const EVENTS_AT_ONCE = 500;
const EVENT_LIMIT = 4_000_000;

const [QUOTE, BACKSLASH, OPEN, CLOSE, BRACKET] = ['"', '\\', '{', '}', ']'].map((char) => char.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
  number,
];

export class TraceText {
  readonly #sink: TraceSink;
  #text = '';
  /** Where in it the search goes on; what is before has been seen. */
  #at = 0;
  #isInEvents = false;
  #isOver = false;
  #depth = 0;
  #isInString = false;
  /** Complete events that wait to be parsed together, and where the one begins that is being read. */
  #eventsBegin = -1;
  #eventsEnd = -1;
  #events = 0;
  #eventBegin = 0;

  constructor(sink: TraceSink) {
    this.#sink = sink;
  }

  push(text: string): void {
    if (this.#isOver) return;
    this.#text += text;
    if (!this.#isInEvents && !this.#passHead()) return;
    this.#scan();
    this.#cut();
  }

  /** Throws where the text ended too early. */
  end(): void {
    if (!this.#isInEvents) throw new Error('This is no trace in the JSON format of Chrome: it has no "traceEvents".');
    if (!this.#isOver) throw new Error('The trace is incomplete: its text ends in the middle.');
  }

  /** Everything up to the list of events; true once it is behind us. A list alone is a trace as well. */
  #passHead(): boolean {
    const start = this.#text.match(/^\s*\[/);
    const found = start ?? this.#text.match(/"traceEvents"\s*:\s*\[/);
    if (found === null) {
      if (this.#text.length > HEAD_LIMIT) this.end();
      return false;
    }
    const before = this.#text.slice(0, found.index).trimEnd().replace(/,$/, '');
    if (before !== '') this.#sink.head(headOf(`${before}}`));
    this.#at = (found.index ?? 0) + found[0].length;
    this.#isInEvents = true;
    return true;
  }

  #scan(): void {
    const text = this.#text;
    for (; this.#at < text.length; this.#at++) {
      const char = text.charCodeAt(this.#at);
      if (this.#isInString) {
        if (char === QUOTE) this.#isInString = false;
        else if (char === BACKSLASH) {
          // What it escapes may not have come yet.
          if (this.#at + 1 === text.length) return;
          this.#at++;
        }
      } else if (char === QUOTE) this.#isInString = true;
      else if (char === OPEN) {
        if (this.#depth++ === 0) this.#eventBegin = this.#at;
        if (this.#eventsBegin === -1) this.#eventsBegin = this.#eventBegin;
      } else if (char === CLOSE) {
        if (--this.#depth === 0) this.#ended(this.#at + 1);
      } else if (char === BRACKET && this.#depth === 0) {
        this.#isOver = true;
        this.#flush();
        return;
      }
    }
  }

  #ended(at: number): void {
    this.#eventsEnd = at;
    if (++this.#events === EVENTS_AT_ONCE) this.#flush();
  }

  #flush(): void {
    if (this.#events === 0) return;
    const text = this.#text.slice(this.#eventsBegin, this.#eventsEnd);
    for (const event of JSON.parse(`[${text}]`) as TraceEvent[]) this.#sink.event(event);
    this.#events = 0;
    this.#eventsBegin = -1;
  }

  /** Forgets what has been handed on. */
  #cut(): void {
    this.#flush();
    const keep = this.#depth === 0 ? this.#at : this.#eventBegin;
    if (this.#at - keep > EVENT_LIMIT) throw new Error('The trace has an event that is too large to be one.');
    this.#text = this.#isOver ? '' : this.#text.slice(keep);
    this.#at -= keep;
    this.#eventBegin = 0;
    this.#eventsBegin = this.#depth === 0 ? -1 : 0;
  }
}

function headOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const { otherData } = JSON.parse(text) as { otherData?: Record<string, unknown> };
    return otherData ?? {};
  } catch {
    // Somebody else's trace; what stands before its events is no concern of ours.
    return {};
  }
}
