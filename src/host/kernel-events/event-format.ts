// How the kernel describes the record of an event: the `format` file that stands beside each of them in tracefs. Which field is
// an address, and what the values of an enumeration are called, stands in the line with which the kernel would print it.

const KERNEL_HALF = 0xffff_8000_0000_0000n;

export type FieldValue = number | string | boolean;

export interface EventFormat {
  readonly name: string;
  readonly id: number;
  readonly fields: readonly Field[];
}

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly signed: boolean;
  readonly kind: 'integer' | 'hex' | 'boolean' | 'text' | 'text elsewhere';
  /** Names of values. */
  readonly symbols: ReadonlyMap<number, string> | null;
}

/** Throws if this is no format. */
export function parseFormat(text: string): EventFormat {
  const name = /^name: (\S+)$/m.exec(text)?.[1];
  const id = /^ID: (\d+)$/m.exec(text)?.[1];
  if (name === undefined || id === undefined) throw new Error('an event without name and ID');
  const print = /^print fmt: (.*)$/ms.exec(text)?.[1] ?? '';
  const conversions = conversionsOf(print);
  const fields = [...text.matchAll(/^\tfield:(.+?);\toffset:(\d+);\tsize:(\d+);(?:\tsigned:(\d);)?$/gm)].flatMap(
    ([, declaration = '', offset, size, signed]) => {
      const [, type = '', field = '', array] = /^(.*?)\s*(\w+)(\[\d*\])?$/.exec(declaration) ?? [];
      // The head that all events share.
      if (field.startsWith('common_')) return [];
      const kind = kindOf(type, array !== undefined, conversions.get(field));
      if (kind === null) return [];
      const symbols = symbolsOf(print, field);
      const isSigned = signed === '1' || conversions.get(field) === 'd';
      return [{ name: field, offset: Number(offset), size: Number(size), signed: isSigned, kind, symbols }];
    },
  );
  return { name, id: Number(id), fields };
}

/** Null: nothing that could be shown. */
function kindOf(type: string, isArray: boolean, conversion: string | undefined): Field['kind'] | null {
  if (type.startsWith('__data_loc')) return /\bchar\b/.test(type) ? 'text elsewhere' : null;
  if (isArray) return /\bchar$/.test(type) ? 'text' : null;
  if (type === 'bool') return 'boolean';
  return type.includes('*') || /^[xXp]$/.test(conversion ?? '') ? 'hex' : 'integer';
}

/** Letter with which a field is printed: the n-th argument goes with the n-th conversion. */
function conversionsOf(print: string): Map<string, string> {
  const [, format = '', rest = ''] = /^"((?:[^"\\]|\\.)*)",?(.*)$/s.exec(print) ?? [];
  const letters = [...format.matchAll(/%[-+ #0]*\d*(?:\.\d+)?(?:hh|h|ll|l|z)?([a-zA-Z])/g)].map(([, letter]) => letter);
  const conversions = new Map<string, string>();
  for (const [index, argument] of argumentsOf(rest).entries()) {
    const field = /REC->(\w+)/.exec(argument)?.[1];
    const letter = letters[index];
    if (field !== undefined && letter !== undefined && !conversions.has(field)) conversions.set(field, letter);
  }
  return conversions;
}

/** Splits at commas that stand in no bracket and no string. */
function argumentsOf(text: string): string[] {
  const found = [''];
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[\s\S]/g)) {
    if (/^[({[]$/.test(token)) depth += 1;
    else if (/^[)}\]]$/.test(token)) depth -= 1;
    if (token === ',' && depth === 0) found.push('');
    else found[found.length - 1] += token;
  }
  return found;
}

function symbolsOf(print: string, field: string): ReadonlyMap<number, string> | null {
  const [, table] = new RegExp(`__print_symbolic\\(REC->${field},\\s*((?:\\{[^}]*\\},?\\s*)+)\\)`).exec(print) ?? [];
  if (table === undefined) return null;
  const pairs = [...table.matchAll(/\{\s*(-?\w+)\s*,\s*"([^"]*)"\s*\}/g)];
  return new Map(pairs.map(([, value, name = '']) => [Number(value), name]));
}

/**
 * The fields of one record. Integers that a number cannot hold are hexadecimal text, as addresses are. Where the kernel itself
 * lies is not told: whoever reads a result need not be the one who had the right to see that.
 */
export function decode({ fields }: EventFormat, record: DataView): Record<string, FieldValue> {
  return Object.fromEntries(fields.map((field) => [field.name, fieldValue(field, record)]));
}

function fieldValue(field: Field, record: DataView): FieldValue {
  if (field.kind === 'text') return textAt(record, field.offset, field.size);
  const value = integerAt(record, field);
  switch (field.kind) {
    case 'text elsewhere':
      return textAt(record, Number(value & 0xffffn), Number(value >> 16n));
    case 'boolean':
      return value !== 0n;
    case 'hex':
      return value >= KERNEL_HALF ? 'in the kernel' : `0x${value.toString(16)}`;
    default:
      return field.symbols?.get(Number(value)) ?? (isExact(value) ? Number(value) : `0x${value.toString(16)}`);
  }
}

const isExact = (value: bigint): boolean => BigInt(Number(value)) === value && Number.isSafeInteger(Number(value));

function integerAt(record: DataView, { offset, size, signed, kind }: Field): bigint {
  const isSigned = signed && kind === 'integer';
  switch (size) {
    case 1:
      return BigInt(isSigned ? record.getInt8(offset) : record.getUint8(offset));
    case 2:
      return BigInt(isSigned ? record.getInt16(offset, true) : record.getUint16(offset, true));
    case 4:
      return BigInt(isSigned ? record.getInt32(offset, true) : record.getUint32(offset, true));
    default:
      return isSigned ? record.getBigInt64(offset, true) : record.getBigUint64(offset, true);
  }
}

/** Up to the first NUL. */
function textAt(record: DataView, offset: number, size: number): string {
  const bytes = Buffer.from(record.buffer, record.byteOffset + offset, size);
  const end = bytes.indexOf(0);
  return bytes.toString('latin1', 0, end === -1 ? size : end);
}
