// The YAML that compose.yaml keeps to: maps and lists by indentation, one-line scalars. Everything is text. What is beyond that
// is an error and not a guess, so that the file cannot mean to Docker something else than to this.

export type Yaml = string | Yaml[] | { [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
}

export function readYaml(source: string): Yaml {
  const lines = source
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }));
  const [value, rest] = block(lines, 0);
  if (rest.length > 0) throw new Error(`not understood: ${rest[0]!.text}`);
  return value;
}

function block(lines: readonly Line[], indent: number): [Yaml, readonly Line[]] {
  return lines[0]?.text.startsWith('- ') ? list(lines, indent) : map(lines, indent);
}

function list(lines: readonly Line[], indent: number): [Yaml[], readonly Line[]] {
  const items: Yaml[] = [];
  let rest = lines;
  while (rest[0]?.indent === indent && rest[0].text.startsWith('- ')) {
    items.push(scalar(rest[0].text.slice(2)));
    rest = rest.slice(1);
  }
  return [items, rest];
}

function map(lines: readonly Line[], indent: number): [Yaml, readonly Line[]] {
  const entries: { [key: string]: Yaml } = {};
  let rest = lines;
  while (rest[0]?.indent === indent) {
    const [, key, text] = /^([\w-]+):(?: (.*))?$/.exec(rest[0].text) ?? [];
    if (key === undefined || Object.hasOwn(entries, key)) throw new Error(`not understood: ${rest[0].text}`);
    rest = rest.slice(1);
    if (text !== undefined) entries[key] = text === '{}' ? {} : scalar(text);
    else [entries[key], rest] = block(rest, rest[0]?.indent ?? 0);
  }
  return [entries, rest];
}

function scalar(text: string): string {
  if (/^".*"$/.test(text)) return JSON.parse(text) as string;
  if (/^['[{&*!|>%@`]| #|: /.test(text)) throw new Error(`not understood: ${text}`);
  return text;
}
