// Fields of a scenario by their path: what the schema says of them, and what a document has there.

/** What is read of a JSON Schema. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly examples?: readonly unknown[];
  readonly 'x-unit'?: string;
}

/** undefined: no scenario has it. */
export function schemaAt(schema: SchemaNode, path: string): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema;
  for (const key of keysOf(path)) {
    node = own(node?.properties, key) ?? (/^\d+$/.test(key) ? node?.items : undefined);
  }
  return node;
}

/** What the document has at a path; undefined: nothing, so the default holds. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const key of keysOf(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = own(value as Record<string, unknown>, key);
  }
  return value;
}

const keysOf = (path: string): string[] => path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;

/** Every path that may be overridden in this document, with the numbers of the entries that its lists have. */
export function fieldPaths(schema: SchemaNode, document: unknown, prefix = ''): string[] {
  const below = prefix === '' ? '' : `${prefix}.`;
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([key, child]) =>
      fieldPaths(child, valueAt(document, key), `${below}${key}`),
    );
  }
  const { items } = schema;
  if (items === undefined) return [prefix];
  const entries = Array.isArray(document) ? document : [];
  return [prefix, ...entries.flatMap((entry, index) => fieldPaths(items, entry, `${below}${index}`))];
}

/** What a field takes, in a line: "1 to 256 vCPUs; default 8". */
export function fieldHint(node: SchemaNode): string {
  const parts = [typeHint(node), node.default === undefined ? '' : `default ${shown(node.default)}`];
  return parts.filter((part) => part !== '').join('; ');
}

function typeHint(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map(shown).join(', ');
  if (node.anyOf !== undefined) {
    const hints = node.anyOf.map((branch) => typeHint({ ...branch, ...withUnit(node) }));
    return [...new Set(hints)].filter((hint) => hint !== '').join(' or ');
  }
  if (node.const !== undefined) return shown(node.const);
  if (node.type === 'null') return 'null';
  if (node.type === 'boolean') return 'true or false';
  if (node.type === 'string') return node.examples === undefined ? 'text' : `text such as ${shown(node.examples[0])}`;
  if (node.type === 'object' || node.type === 'array') return `JSON ${node.type}`;
  const unit = node['x-unit'] === undefined ? '' : ` ${node['x-unit']}`;
  const { minimum, maximum } = node;
  if (minimum !== undefined && maximum !== undefined) return `${shown(minimum)} to ${shown(maximum)}${unit}`;
  return `${node.type ?? ''}${unit}`;
}

const withUnit = (node: SchemaNode): SchemaNode => (node['x-unit'] === undefined ? {} : { 'x-unit': node['x-unit'] });

/** As a person would write it. */
export const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
