import { expect, test } from '@jest/globals';
import { servesAlone } from '../../../src/core/chats/members.ts';

const agent = (name: string, digit: string) =>
  ({
    identity: `${name}_40example_2Ecom`,
    reservation: `WR${digit.repeat(32)}`,
    task: `WT${digit.repeat(32)}`,
    worker: `WK${digit.repeat(32)}`,
  }) as const;
const [ann, ben] = [agent('ann', '1'), agent('ben', '2')];
type Agreed = Parameters<typeof servesAlone>[0];
const AGREED: Agreed = {
  ...{ state: 'open', linked: true, hasRefusedParticipant: false, agents: [ann] },
  ...{ disagreesSince: undefined, handover: undefined, leaving: [] },
};
const handover = { number: 1, since: 0, identity: ben.identity, notAfter: 0, settlesAt: 0 };

test('Who comes in and serves the chat alone changes nothing, as either side spells him', () => {
  expect(servesAlone(AGREED, 'flex', ann.identity)).toBe(true);
  expect(servesAlone(AGREED, 'frontline', 'ann@example.com')).toBe(true);
});

test.each<[string, Partial<Agreed>, string]>([
  ['he is somebody else', {}, ben.identity],
  ['another serves it, too', { agents: [ann, ben] }, ann.identity],
  ['nobody does', { agents: [] }, ann.identity],
  ['the sides differ', { disagreesSince: 0 }, ann.identity],
  ['it is being handed over', { handover }, ann.identity],
  ['somebody is leaving it', { leaving: [ben] }, ann.identity],
  ['it ends', { state: 'ending' }, ann.identity],
  ['its link is not finished', { linked: false }, ann.identity],
  ['Twilio has kept somebody out', { hasRefusedParticipant: true }, ann.identity],
])('Both sides are looked at when %s', (_, other, identity) => {
  expect(servesAlone({ ...AGREED, ...other }, 'flex', identity)).toBe(false);
});
