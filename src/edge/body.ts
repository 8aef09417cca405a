import { headerOf } from './incoming.ts';

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
  // Not awaited: the answer waits neither for the sender to notice, nor does it fail when this does.
  const stopReading = () => void reader.cancel().catch(() => undefined);
  if (Number(headerOf(request, 'content-length')) > limit) {
    stopReading();
    return 'too_large';
  }
  stop.addEventListener('abort', stopReading, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.byteLength;
      if (size > limit) {
        stopReading();
        return 'too_large';
      }
      chunks.push(next.value);
    }
    stop.throwIfAborted();
    return new Uint8Array(Buffer.concat(chunks, size));
  } finally {
    stop.removeEventListener('abort', stopReading);
  }
};
