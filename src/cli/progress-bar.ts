const WIDTH = 30;

/** A bar on a terminal; nothing where the stream is a file or a pipe. */
export function progressBar(stream: NodeJS.WriteStream, total: number, unit: string) {
  let done = 0;
  const draw = (): void => {
    if (!stream.isTTY) return;
    const filled = Math.round((WIDTH * done) / total);
    stream.write(`\r[${'#'.repeat(filled)}${' '.repeat(WIDTH - filled)}] ${done}/${total} ${unit}`);
  };
  draw();
  return {
    advance(): void {
      done++;
      draw();
    },
    clear(): void {
      if (stream.isTTY) stream.write('\r\x1b[K');
    },
  };
}
