/** The commands' end of the operator's socket of a bridge on this machine. */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type OperatorCall, socketAddress } from '../local/operator-socket.ts';
import type { DeploymentAccess } from '../src/core/operate/operator.ts';
import { Unreachable } from './command.ts';

const ANSWER_MS = 10_000;

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

const post = (socketPath: string, path: string, body: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method: 'POST', timeout: ANSWER_MS }, (answer) => {
      text(answer).then((said) => resolve({ status: answer.statusCode ?? 0, body: said }), reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', reject);
    asked.end(body);
  });

type Ask = (name: OperatorCall) => (...given: readonly unknown[]) => Promise<never>;

/** @returns undefined when no bridge runs on this file. */
export const connectToBridge = async (path: string): Promise<DeploymentAccess | undefined> => {
  const address = socketAddress(path);
  const ask: Ask =
    (name) =>
    async (...given) => {
      const { status, body } = await post(address, `/${name}`, JSON.stringify(given)).catch((cause: unknown) => {
        throw new Unreachable('The bridge on this machine does not answer', { cause });
      });
      const answer = JSON.parse(body) as { value?: unknown; error?: unknown };
      if (status !== 200) throw new Error(String(answer.error));
      // The same release's own words, come back as they were said.
      return answer.value as never;
    };
  const store = {
    get: ask('get'),
    write: ask('write'),
    list: ask('list'),
    listKeys: ask('listKeys'),
    listUnder: ask('listUnder'),
  };
  const deployment: DeploymentAccess = {
    store,
    queues: { send: ask('send') },
    counts: ask('counts'),
    deadLetters: ask('deadLetters'),
    removeDead: ask('removeDead'),
    leaveDead: ask('leaveDead'),
  };
  try {
    await deployment.counts();
    return deployment;
  } catch (error) {
    const cause = error instanceof Unreachable ? error.cause : undefined;
    if (['ENOENT', 'ECONNREFUSED'].includes(String(codeOf(cause)))) return undefined;
    throw error;
  }
};
