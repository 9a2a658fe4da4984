// The name of each call, for clients that are made from the document. It follows from the address, so that a new call has one
// as soon as it is there, and that of an old one never changes.

const VERBS: Readonly<Record<string, string>> = { post: 'create', put: 'put', patch: 'change', delete: 'delete' };

/** GET /v1/comparisons/{id}/result: getComparisonResult. `paths` are all of the document. */
export function operationIdOf(method: string, path: string, paths: readonly string[]): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== 'v1');
  const words = parts.flatMap((part, index) => {
    if (isParameter(part)) return [];
    const isOne =
      isParameter(parts[index + 1]) || (index === parts.length - 1 && method === 'post' && isList(path, paths));
    return [isOne ? part.replace(/s$/, '') : part];
  });
  return (
    verbOf(method, path, paths) +
    words
      .flatMap((word) => word.split(/[^A-Za-z0-9]+/))
      .map(capital)
      .join('')
  );
}

function verbOf(method: string, path: string, paths: readonly string[]): string {
  if (method === 'get') return isList(path, paths) ? 'list' : 'get';
  if (method === 'post' && !isList(path, paths)) return 'post';
  return VERBS[method] ?? method;
}

/** What has things of its own under it. */
const isList = (path: string, paths: readonly string[]): boolean =>
  paths.some((other) => other.startsWith(`${path}/{`) && !other.slice(path.length + 1).includes('/'));

const isParameter = (part: string | undefined): boolean => part?.startsWith('{') === true;

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
