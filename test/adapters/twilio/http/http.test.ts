import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import http from 'node:http';
import net, { type Socket } from 'node:net';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createHttp, NoAnswer } from '../../../../src/adapters/twilio/http/http.ts';
import { caller, endAll, listen, playTwilio, troubleFrom } from '../rest/playing-twilio.ts';

afterEach(() => {
  jest.useRealTimers();
  return endAll();
});

/** A caller whose patience ends when the test says so: its clock stands still and its timer is moved by hand. */
const patientCaller = () => {
  jest.useFakeTimers({
    doNotFake: [
      ...(['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'clearImmediate', 'setInterval', 'clearInterval'] as const),
    ],
  });
  return caller({ now: () => 0 });
};

// Nobody waits longer than it takes; a busy machine only needs more.
const get = (url: string, timeoutMs = 60_000) => ({ method: 'GET', url, headers: {}, timeoutMs }) as const;
const post = (url: string, body: string, timeoutMs = 60_000) =>
  ({ method: 'POST', url, headers: {}, body, timeoutMs }) as const;

/** How many sockets this side opens while the test runs, and how many of them are closed: not `destroyed`, closed. */
const watchSockets = () => {
  const count = { opened: 0, closed: 0 };
  const sockets: Socket[] = [];
  const note = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    sockets.push(socket);
    count.opened++;
    socket.once('close', () => count.closed++);
  };
  diagnostics.subscribe('net.client.socket', note);
  return { count, sockets, stop: () => diagnostics.unsubscribe('net.client.socket', note) };
};

/** More than the buffers of both ends hold. */
const huge = 'x'.repeat(30_000_000);

describe('a call that gets no answer in time', () => {
  test('has closed its socket when it says so, and is not known to be unseen', async () => {
    const watch = watchSockets();
    const server = http.createServer();
    const seen = once(server, 'request');
    const port = await listen(server);
    const call = troubleFrom(patientCaller()(post(`http://127.0.0.1:${port}`, 'body', 500)));
    const [request] = (await seen) as [http.IncomingMessage];
    jest.advanceTimersByTime(500);
    const trouble = await call;
    expect(watch.count).toEqual({ opened: 1, closed: 1 });
    expect(trouble).toMatchObject({ name: 'NoAnswer', sent: 'perhaps', message: 'no answer in time' });
    if (!request.socket.destroyed) await once(request.socket, 'close');
    watch.stop();
  });

  test('sends nothing of what is left of its body', async () => {
    const server = net.createServer({ pauseOnConnect: true });
    const port = await listen(server);
    const connected = once(server, 'connection');
    const watch = watchSockets();
    const call = troubleFrom(patientCaller()(post(`http://127.0.0.1:${port}`, huge, 500)));
    const [socket] = (await connected) as [Socket];
    while (!watch.sockets.some(({ bytesWritten }) => bytesWritten > 0)) await new Promise(setImmediate);
    jest.advanceTimersByTime(500);
    expect(await call).toMatchObject({ sent: 'perhaps' });
    watch.stop();
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
    expect(socket.bytesRead).toBeLessThan(huge.length);
  });

  test('was never sent when its host did not even shake hands', async () => {
    const said: Buffer[] = [];
    const greeted = Promise.withResolvers<void>();
    const server = net.createServer((socket) =>
      socket.on('data', (chunk) => {
        said.push(chunk);
        greeted.resolve();
      }),
    );
    const port = await listen(server);
    const call = troubleFrom(patientCaller()(post(`https://127.0.0.1:${port}`, 'the body', 300)));
    await greeted.promise;
    jest.advanceTimersByTime(300);
    const trouble = await call;
    expect(trouble).toMatchObject({ name: 'NoAnswer', sent: 'nothing' });
    expect(Buffer.concat(said).includes('the body')).toBe(false);
  });

  test('was never sent when no socket was free for it, nor is it when one becomes so', async () => {
    const paths: (string | undefined)[] = [];
    let release = (): void => undefined;
    const server = http.createServer((request, response) => {
      paths.push(request.url);
      release = () => response.end('ok');
      if (request.url === '/third') response.end('ok');
    });
    const port = await listen(server);
    const call = caller(Date, { maxSockets: 1 });
    const began = once(server, 'request');
    const first = call(get(`http://127.0.0.1:${port}/first`));
    await began;
    const trouble = await troubleFrom(call(get(`http://127.0.0.1:${port}/second`, 20)));
    expect(trouble).toMatchObject({ sent: 'nothing' });
    release();
    expect((await first).body).toBe('ok');
    await call(get(`http://127.0.0.1:${port}/third`));
    expect(paths).toEqual(['/first', '/third']);
  });

  test('is not sent late by a sandbox that was frozen while it connected', async () => {
    const played = await playTwilio(() => ({ status: 200 }));
    const clock = { time: 0, now: () => clock.time };
    const call = troubleFrom(caller(clock)(post(played.base, 'late', 5_000)));
    clock.time = 60_000;
    expect(await call).toMatchObject({ sent: 'nothing', message: 'no socket in time' });
    expect(played.asked).toEqual([]);
  });
});

describe('a call that breaks', () => {
  test('on a refused connection was never sent', async () => {
    const server = http.createServer();
    const port = await listen(server);
    await endAll();
    const trouble = await troubleFrom(caller()(post(`http://127.0.0.1:${port}`, 'body')));
    expect(trouble).toMatchObject({ name: 'NoAnswer', sent: 'nothing', message: 'ECONNREFUSED' });
  });

  test('after the request was written may have been done', async () => {
    const server = http.createServer((request) => request.socket.resetAndDestroy());
    const port = await listen(server);
    const trouble = await troubleFrom(caller()(post(`http://127.0.0.1:${port}`, 'body')));
    expect(trouble).toMatchObject({ name: 'NoAnswer', sent: 'perhaps' });
  });

  test('because the pool is closed may have been done', async () => {
    const server = http.createServer();
    const port = await listen(server);
    const arrived = once(server, 'request');
    const { call, close } = createHttp(Date);
    const trouble = troubleFrom(call(post(`http://127.0.0.1:${port}`, 'body')));
    await arrived;
    close();
    expect(await trouble).toMatchObject({ name: 'NoAnswer', sent: 'perhaps' });
  });

  test('in the middle of its answer may have been done', async () => {
    const server = http.createServer((request, response) => {
      response.writeHead(201, { 'content-length': '100' });
      response.write('{"sid":', () => request.socket.destroy());
    });
    const port = await listen(server);
    const trouble = await troubleFrom(caller()(post(`http://127.0.0.1:${port}`, 'body')));
    expect(trouble).toMatchObject({ name: 'NoAnswer', sent: 'perhaps' });
  });

  test('says so as NoAnswer, which names neither address nor body', async () => {
    const server = http.createServer((request) => request.socket.destroy());
    const port = await listen(server);
    const call = caller()(post(`http://127.0.0.1:${port}/ann`, 'secret'));
    await expect(call).rejects.toBeInstanceOf(NoAnswer);
    await expect(call).rejects.not.toThrow(/ann|secret|127/);
  });
});

describe('sockets', () => {
  test('are used again at once, and not after they lay free for longer than four seconds', async () => {
    const played = await playTwilio(() => ({ status: 200 }));
    const clock = { time: 1_000_000, now: () => clock.time };
    const call = caller(clock);
    await call(get(played.base));
    clock.time += 4_000;
    await call(get(played.base));
    expect(played.connections()).toBe(1);
    clock.time += 4_001;
    await call(get(played.base));
    expect(played.connections()).toBe(2);
  });

  test('that carry call after call keep no listeners of the calls before', async () => {
    const sockets: Socket[] = [];
    const note = (message: unknown) => sockets.push((message as { socket: Socket }).socket);
    diagnostics.subscribe('net.client.socket', note);
    const played = await playTwilio(() => ({ status: 200 }));
    const call = caller();
    await call(get(played.base));
    const [socket] = sockets;
    const names = socket?.eventNames() ?? [];
    const count = () => names.map((name) => socket?.listenerCount(name));
    const before = count();
    for (let i = 0; i < 5; i++) await call(get(played.base));
    diagnostics.unsubscribe('net.client.socket', note);
    expect(sockets).toHaveLength(1);
    expect(names).toContain('close');
    expect(count()).toEqual(before);
  });

  test('carry 200 calls side by side, each with its own answer', async () => {
    const waiting: (() => void)[] = [];
    const server = http.createServer((request, response) => {
      waiting.push(() => response.end(request.url));
      if (waiting.length === 200) for (const answer of waiting) answer();
    });
    const port = await listen(server);
    const call = caller();
    const paths = Array.from({ length: 200 }, (_, i) => `/call-${i}`);
    const answers = await Promise.all(paths.map((path) => call(get(`http://127.0.0.1:${port}${path}`))));
    expect(answers.map(({ body }) => body)).toEqual(paths);
  });
});

describe('answers', () => {
  test('keep every byte of every alphabet, however they are cut', async () => {
    const said = 'こんにちは 👩‍👩‍👧 ñ\r\n\u0000';
    const bytes = Buffer.from(said);
    const server = http.createServer((_, response) => {
      response.write(bytes.subarray(0, 1), () => response.end(bytes.subarray(1)));
    });
    const port = await listen(server);
    expect((await caller()(get(`http://127.0.0.1:${port}`))).body).toBe(said);
  });

  test('are not read beyond their limit', async () => {
    const played = await playTwilio(() => ({ status: 200, text: 'x'.repeat(1_001) }));
    const trouble = await troubleFrom(caller(Date, { maxAnswerBytes: 1_000 })(get(played.base)));
    expect(trouble).toMatchObject({ sent: 'perhaps', message: 'answer too large' });
  });

  test('that come before the request has left whole stop the rest of it', async () => {
    const watch = watchSockets();
    const server = http.createServer((request, response) => {
      request.pause();
      response.writeHead(413).end('enough');
    });
    const port = await listen(server);
    const answer = await caller()(post(`http://127.0.0.1:${port}`, huge));
    expect(watch.count).toEqual({ opened: 1, closed: 1 });
    watch.stop();
    expect(answer).toMatchObject({ status: 413, body: 'enough' });
  });
});
