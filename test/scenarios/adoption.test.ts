import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, channelUrl, conversationsUrl, type ScenarioHarness, scenarioHarness } from './harness.ts';

const { ann } = AGENTS;

/** A pair as the older app left it: no stamps, no unique name, and who names whom as given. */
const olderPair = async (
  names: { readonly channel: boolean; readonly conversation: boolean },
  state = 'active',
): Promise<{ readonly harness: ScenarioHarness; readonly chat: Chat; readonly conversation: string }> => {
  const harness = scenarioHarness();
  const chat = harness.begins();
  const { sid } = await harness.rest('frontline', 'POST', conversationsUrl, {
    Attributes: JSON.stringify(names.conversation ? { chatChannelSid: chat.channel } : {}),
  });
  const conversation = String(sid);
  const url = `${conversationsUrl}/${conversation}`;
  for (const Identity of ['jo', ann.email])
    await harness.rest('frontline', 'POST', `${url}/Participants`, { Identity });
  for (let n = 1; n <= 3; n += 1) harness.customerWrites(chat, `only in Flex ${n}`);
  await harness.rest('frontline', 'POST', `${url}/Messages`, { Author: 'jo', Body: 'the older app wrote this' });
  harness.twilio.frontlineAgent.writes(ann.email, conversation, 'only in Frontline');
  const attributes = JSON.parse(harness.twilio.reads.container('flex', chat.channel)?.attributes ?? '{}');
  if (names.channel)
    await harness.rest('flex', 'POST', channelUrl(chat), {
      Attributes: JSON.stringify({ ...attributes, ConversationSid: conversation }),
    });
  if (state !== 'active') await harness.rest('frontline', 'POST', url, { State: state });
  await harness.settle();
  harness.accepts(chat);
  await harness.settle(3);
  return { harness, chat, conversation };
};

const textsIn = (harness: ScenarioHarness, sid: string): readonly (string | undefined)[] =>
  harness.twilio.reads.transcript('frontline', sid).map(({ body }) => body);

const untouched = ['the older app wrote this', 'only in Frontline'];
const inFlex = ['only in Flex 1', 'only in Flex 2', 'only in Flex 3'];

describe('a pair of the older app', () => {
  test('whose containers name each other is adopted: what is said from now on crosses, nothing from before does', async () => {
    const { harness, chat, conversation } = await olderPair({ channel: true, conversation: true });
    expect(harness.counterparts(chat).map(({ sid }) => sid)).toEqual([conversation]);
    expect(textsIn(harness, conversation)).toEqual(untouched);

    harness.customerWrites(chat, 'hello again');
    await harness.settle();
    harness.frontlineAgentWrites(chat, 'welcome back');
    await harness.settle(30);

    expect(textsIn(harness, conversation)).toEqual([...untouched, 'hello again', 'welcome back']);
    expect(harness.said('flex', chat)).toEqual([...inFlex, 'hello again', 'welcome back']);
    expect(harness.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(harness.calls()['frontline POST conversations.conversations']).toBe(1);
  });

  test.each([
    ['the channel', { channel: true, conversation: false }],
    ['the conversation', { channel: false, conversation: true }],
  ])('of which only %s names the other is none: the chat gets a counterpart of its own', async (_, names) => {
    const { harness, chat, conversation } = await olderPair(names);

    expect(harness.conversation(chat).uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(harness.said('frontline', chat)).toEqual(inFlex);
    expect(textsIn(harness, conversation)).toEqual(untouched);
  });

  test('whose conversation is closed is none', async () => {
    const { harness, chat, conversation } = await olderPair({ channel: true, conversation: true }, 'closed');

    expect(harness.conversation(chat).uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(harness.said('frontline', chat)).toEqual(inFlex);
    expect(textsIn(harness, conversation)).toEqual(untouched);
  });
});
