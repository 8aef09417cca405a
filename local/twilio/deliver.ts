/** Webhooks over HTTP. */
import type { Deliver } from './world.ts';

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

export const deliverByFetch: Deliver = async ({ url, method, headers, body, signal }) => {
  try {
    const answer = await fetch(url, { method, headers, ...(method !== 'GET' && { body }), signal, redirect: 'manual' });
    await answer.arrayBuffer();
    return { status: answer.status };
  } catch (error) {
    return isTimeout(error) ? 'timeout' : 'refused';
  }
};
