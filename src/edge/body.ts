/**
 * The body's bytes, or that there are more than `limit` of them: then nothing further is read.
 * @param stop when aborted, reading ends and the promise rejects.
 */
export const readBody = async (
  request: Request,
  limit: number,
  stop: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | 'too_large'> => {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  // Nobody waits for the sender to notice that we have stopped, nor can a failure of that harm the answer.
  const leave = () => void reader.cancel().catch(() => undefined);
  if (Number(request.headers.get('content-length') ?? 0) > limit) {
    leave();
    return 'too_large';
  }
  stop.addEventListener('abort', leave, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength;
      if (size > limit) {
        leave();
        return 'too_large';
      }
      chunks.push(next.value);
    }
    stop.throwIfAborted();
    return new Uint8Array(Buffer.concat(chunks, size));
  } finally {
    stop.removeEventListener('abort', leave);
  }
};
