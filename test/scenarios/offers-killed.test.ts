/** An offer, its answer and the link, when a process dies before or after any of its calls and writes. */
import { describe, expect, test } from '@jest/globals';
import type { Fault } from '../../local-twilio/faults.ts';
import type { Doom } from '../../sim/process.ts';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import { AGENTS, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

type At = { readonly process: number; readonly step: number; readonly when: Doom['when'] };

/** @param text what the agent answers; with none the offer is accepted in Flex */
const play = async (text: string | undefined, at?: At, faults: readonly Fault[] = []) => {
  const harness = scenarioHarness({
    doom: (process) => (process === at?.process ? { step: at.step, when: at.when, pauseMs: undefined } : undefined),
  });
  const { twilio } = harness;
  for (const fault of faults) twilio.faults.add(fault);
  const system = () => twilio.reads.containers('frontline').find(isSystemConversation)?.sid ?? '';
  const told = () =>
    twilio.reads
      .transcript('frontline', system())
      .flatMap(({ author, body = '' }) => (author === ann.email ? [] : [body]));
  const chat = harness.begins();
  await harness.settle(0.1);
  const { reservationSid } = twilio.flexAgent.isOffered(ann.flexWorkerSid, chat.task);
  for (let minutes = 0; minutes < 6 && told().length === 0; minutes += 0.1) await harness.settle(0.1);
  if (text === undefined) twilio.flexAgent.accepts(reservationSid);
  else twilio.frontlineAgent.writes(ann.email, system(), text);
  await harness.settle(8);
  const status = twilio.reads.tasks('flex').flatMap(({ reservations }) => reservations.map((one) => one.status));
  const systems = twilio.reads.containers('frontline').filter(isSystemConversation).length;
  return {
    told: told(),
    status,
    systems,
    people: text === '2' ? [] : harness.people('frontline', chat),
    ran: harness.ran(),
  };
};

describe.each([
  ['accepted in Frontline', '1'],
  ['declined in Frontline', '2'],
  ['accepted in Flex', undefined],
] as const)('an offer that is %s', (_, text) => {
  test('ends the same, and is told once, whichever step a process dies at', async () => {
    const calm = await play(text);
    expect(calm.told).toHaveLength(2);
    const wrong: unknown[] = [];
    let kills = 0;
    for (const [n, { kind, steps }] of calm.ran.entries()) {
      if (kind !== 'flex-events' && kind !== 'frontline-events') continue;
      for (let step = 1; step <= steps.length; step += 1)
        for (const when of ['before', 'after'] as const) {
          kills += 1;
          const { ran: _ran, ...killed } = await play(text, { process: n + 1, step, when });
          const { ran: _calm, ...wanted } = calm;
          if (JSON.stringify(killed) !== JSON.stringify(wanted))
            wrong.push([`${kind} ${n + 1} ${when} ${step} ${steps[step - 1]}`, killed]);
        }
    }
    expect(wrong).toEqual([]);
    expect(kills).toBeGreaterThan(30);
  }, 300_000);
});

describe('an offer of which no webhook tells', () => {
  test.each([
    ['accepted in Flex', undefined],
    ['accepted in Frontline', '1'],
  ])(
    'and that is %s ends the same, whichever write its process dies after',
    async (_, text) => {
      const lost: readonly Fault[] = [{ fault: 'webhook.lost', p: 1 }];
      const calm = await play(text, undefined, lost);
      expect(calm.told).toHaveLength(2);
      const wrong: unknown[] = [];
      let kills = 0;
      for (const [n, { kind, steps }] of calm.ran.entries())
        for (const [step, what] of steps.entries()) {
          if (kind !== 'flex-events' || !what.startsWith('POST ')) continue;
          kills += 1;
          const killed = await play(text, { process: n + 1, step: step + 1, when: 'after' }, lost);
          if (JSON.stringify(killed.told) !== JSON.stringify(calm.told))
            wrong.push([n + 1, step + 1, what, killed.told]);
        }
      expect(wrong).toEqual([]);
      expect(kills).toBeGreaterThan(5);
    },
    300_000,
  );
});
