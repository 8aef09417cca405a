/** What an agent is told in his System conversation, whatever becomes of the calls that tell it. */
import { describe, expect, test } from '@jest/globals';
import { AGENTS } from '../../../local-twilio/defaults.ts';
import type { Fault } from '../../../local-twilio/faults.ts';
import { depsOf } from '../../../sim/bridge.ts';
import { configWith, secretsWith } from '../../../sim/settings.ts';
import { createWire } from '../../../sim/wire.ts';
import { createWorld } from '../../../sim/world.ts';
import { createGuards } from '../../../src/adapters/twilio/http/guards.ts';
import { isSystemConversation } from '../../../src/core/agents/system-conversation.ts';
import { writeSystemNotice } from '../../../src/core/agents/system-notice.ts';
import { systemOf } from '../../../src/core/state/system-conversation.ts';

const { ann, sam } = AGENTS;

const bridge = () => {
  const world = createWorld({ seed: 7, settleMs: 60_000, doom: () => undefined });
  const { time, twilio, store, queues } = world;
  world.setSweeps(false);
  let nonces = 0;
  /** Each process has a deps of its own. */
  const process = (dies: () => boolean = () => false) => {
    const wire = createWire(twilio.respond, time);
    return depsOf({
      ...{ config: configWith(), secrets: secretsWith(), queues, clock: time, journal: () => {} },
      nonce: () => `beside ${++nonces}`,
      store: {
        ...store,
        write: (key, change) => (dies() ? new Promise(() => {}) : store.write(key, change)),
      },
      http: wire,
      guards: createGuards({ clock: time, journal: () => {} }),
    });
  };
  const passes = async (ms: number): Promise<void> => time.runUntil(time.now() + ms);
  const finish = async <T>(work: Promise<T>): Promise<T> => {
    let over = false;
    const watched = work.finally(() => {
      over = true;
    });
    watched.catch(() => {});
    while (!over) await passes(250);
    return watched;
  };
  const run = () => ({ attempts: 1, deadline: time.now() + 60_000 });
  const tell = (text: string, key: string, worker = ann.flexWorkerSid, deps = process()) =>
    finish(writeSystemNotice(deps, worker, { text, key }, run()));
  /** As its queue does: again and again, whatever is thrown. */
  const tellAgain = async (text: string, key: string, worker = ann.flexWorkerSid) => {
    for (let tries = 0; tries < 60; tries += 1) {
      const told = await tell(text, key, worker).catch(() => ({ end: 'retry', after: 2 }) as const);
      if (!('end' in told) || told.end !== 'retry') return told;
      await passes(Math.max(1, told.after) * 1000);
    }
    throw new Error('never told');
  };
  const systems = () => twilio.reads.containers('frontline').filter(isSystemConversation);
  const said = () => systems().flatMap(({ sid }) => twilio.reads.transcript('frontline', sid).map(({ body }) => body));
  return { ...world, process, passes, run, tell, tellAgain, systems, said };
};

describe('an agent is told', () => {
  test('in a conversation of his own, which says what it is and whose', async () => {
    const { tell, systems, said, store } = bridge();
    const told = await tell('one', 'a');
    await tell('two', 'b');
    expect(told).toEqual({ told: true, conversation: systems()[0]?.sid, index: 0 });
    expect(said()).toEqual(['one', 'two']);
    const [system, ...others] = systems();
    expect(others).toEqual([]);
    expect(system?.members.map(({ identity }) => identity)).toEqual([ann.email]);
    expect(JSON.parse(system?.attributes ?? '')).toEqual({
      bridgeSystemOf: ann.flexWorkerSid,
      bridgeDeployment: 'sim',
    });
    expect(await systemOf(store, system?.sid ?? 'CH')).toBe(ann.flexWorkerSid);
  });

  test('once, however often it is asked for, even in other words', async () => {
    const { tell, said } = bridge();
    await tell('one', 'a');
    await tell('one', 'a');
    await tell('one, in other words', 'a');
    expect(said()).toEqual(['one']);
  });

  test('by one of two processes that want to tell it at the same moment', async () => {
    const { process, run, passes, tellAgain, said } = bridge();
    const both = [process(), process()].map((deps) =>
      writeSystemNotice(deps, ann.flexWorkerSid, { text: 'one', key: 'a' }, run()).catch(() => undefined),
    );
    await passes(5_000);
    await Promise.all(both);
    await tellAgain('one', 'a');
    expect(said()).toEqual(['one']);
  });

  test('not when he has no Frontline user', async () => {
    const { tell, systems } = bridge();
    expect(await tell('one', 'a', sam.flexWorkerSid)).toEqual({ end: 'skipped', reason: 'no_twin' });
    expect(systems()).toEqual([]);
  });

  test.each<[string, Fault]>([
    ['lost', { fault: 'rest.answer-lost', p: 1, loss: 'destroy', times: 1, only: 'POST' }],
    ['lost each time but the last', { fault: 'rest.answer-lost', p: 1, loss: 'hang', times: 3, only: 'POST' }],
    ['lost, and the call carried out late', { fault: 'rest.late-commit', p: 1, loss: 'hang', maxMs: 20_000, times: 2 }],
    ['an error, though it was done', { fault: 'rest.5xx-after', p: 1, status: 503, times: 3, only: 'POST' }],
    ['an error, and it was not done', { fault: 'rest.5xx-before', p: 1, status: 500, times: 3, only: 'POST' }],
  ])('once, when an answer is %s', async (_, fault) => {
    const { tellAgain, twilio, said, systems } = bridge();
    twilio.faults.add(fault);
    await tellAgain('one', 'a');
    await tellAgain('one', 'a');
    expect(said()).toEqual(['one']);
    expect(systems()).toHaveLength(1);
  });

  test('once, when its answer is lost and an app replaces its attributes', async () => {
    const { tell, tellAgain, twilio, said } = bridge();
    await tell('zero', 'z');
    twilio.faults.add({ fault: 'attributes.replaced', p: 1, maxMs: 10 });
    twilio.faults.add({
      fault: 'rest.answer-lost',
      p: 1,
      loss: 'destroy',
      times: 1,
      only: 'POST conversations.messages',
    });
    await tellAgain('one', 'a');
    expect(said()).toEqual(['zero', 'one']);
  });

  test('once, when the process dies after any of its writes', async () => {
    for (let write = 1; write <= 8; write += 1) {
      const { process, run, passes, tellAgain, said, systems } = bridge();
      let writes = 0;
      const dying = process(() => ++writes > write);
      void writeSystemNotice(dying, ann.flexWorkerSid, { text: 'one', key: 'a' }, run());
      await passes(5_000);
      await tellAgain('one', 'a');
      expect(said()).toEqual(['one']);
      expect(systems()).toHaveLength(1);
    }
  });

  test('in the next conversation when he has closed the last one', async () => {
    const { tell, tellAgain, twilio, systems, said, store } = bridge();
    const { sid } = (await tell('one', 'a').then(() => systems()))[0] ?? { sid: 'CH' };
    twilio.frontlineAgent.closes(ann.email, sid);
    await tellAgain('two', 'b');
    expect(systems().map(({ state }) => state)).toEqual(['closed', 'active']);
    expect(said()).toEqual(['one', 'two']);
    expect(await systemOf(store, systems()[1]?.sid ?? 'CH')).toBe(ann.flexWorkerSid);
  });
});

test('A customer who is called "System" has an ordinary conversation', () => {
  expect(isSystemConversation({ attributes: '{"friendlyName":"System"}' })).toBe(false);
  expect(isSystemConversation({ attributes: 'System' })).toBe(false);
});
