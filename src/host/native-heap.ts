// What the C library keeps of memory that was freed. Buffers of JavaScript and V8's own tables come from malloc, which has an
// arena for each of several threads; what a thread has freed there stays resident, also when the thread has gone.

/** M_MMAP_THRESHOLD of <malloc.h>, and the value that glibc begins with. */
const M_MMAP_THRESHOLD = -3;
const MMAP_THRESHOLD_BYTES = 128 * 1024;

interface Malloc {
  readonly mallopt: (parameter: number, value: number) => number;
  readonly trim: () => Promise<void>;
}

let malloc: Promise<Malloc | null> | null = null;

/**
 * From now on large buffers go back to the system when they are freed. glibc begins like that, but takes the first large one
 * that is freed for a sign that more will come, and keeps all up to that size in its arenas. Resolves with false where the C
 * library is another one, or koffi is not there: memory then goes as that library lets it go.
 */
export async function returnLargeBuffers(): Promise<boolean> {
  return ((await loaded())?.mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES) ?? 0) === 1;
}

/** Gives back what was freed, in all arenas, beside the thread that asks. It takes some 15 ms for 100 MiB. */
export async function returnFreedMemory(): Promise<void> {
  await (await loaded())?.trim();
}

function loaded(): Promise<Malloc | null> {
  malloc ??= load().catch(() => null);
  return malloc;
}

async function load(): Promise<Malloc> {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load(null);
  const trim = libc.func('malloc_trim', 'int', ['size_t']);
  return {
    mallopt: libc.func('mallopt', 'int', ['int', 'int']) as unknown as Malloc['mallopt'],
    trim: () => new Promise((resolve) => trim.async(0, () => resolve())),
  };
}
