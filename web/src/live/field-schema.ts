// What of a JSON Schema a form goes by.

export interface FieldSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly pattern?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly unknown[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly 'x-unit'?: string;
}

export const asField = (schema: unknown): FieldSchema =>
  typeof schema === 'object' && schema !== null ? (schema as FieldSchema) : {};
