import { InvalidInput } from '../lab/invalid-input.ts';
import { parseAssignment } from '../lab/scenario-overrides.ts';

/** `vm.vcpus=4,8,16` to {"vm.vcpus": ["4", "8", "16"]}; a value with a comma in it needs a JSON list. */
export function gridOf(texts: readonly string[]): Record<string, unknown[]> {
  const grid = new Map<string, unknown[]>();
  for (const text of texts) {
    const [path, values] = parseAssignment(text);
    if (grid.has(path)) throw new InvalidInput('sweep', [{ path: `--grid ${path}`, message: 'must be named once' }]);
    grid.set(path, values.startsWith('[') ? listOf(path, values) : values.split(',').map((value) => value.trim()));
  }
  return Object.fromEntries(grid);
}

function listOf(path: string, text: string): unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Said below, as for what is JSON and no list.
  }
  throw new InvalidInput('sweep', [{ path: `--grid ${path}`, message: 'must be values with commas, or a JSON list' }]);
}
