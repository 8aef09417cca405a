import { describe, expect, test } from '@jest/globals';
import { AGENTS, type Chat, channelUrl, conversationsUrl, openStage, type Stage } from './stage.ts';

const { ann } = AGENTS;

/** A pair as the older app left it: no stamps, no unique name, and who names whom as given. */
const olderPair = async (
  names: { readonly channel: boolean; readonly conversation: boolean },
  state = 'active',
): Promise<{ readonly stage: Stage; readonly chat: Chat; readonly conversation: string }> => {
  const stage = openStage();
  const chat = stage.begins();
  const { sid } = await stage.rest('frontline', 'POST', conversationsUrl, {
    Attributes: JSON.stringify(names.conversation ? { chatChannelSid: chat.channel } : {}),
  });
  const conversation = String(sid);
  const url = `${conversationsUrl}/${conversation}`;
  for (const Identity of ['jo', ann.email]) await stage.rest('frontline', 'POST', `${url}/Participants`, { Identity });
  for (let n = 1; n <= 3; n += 1) stage.customerWrites(chat, `only in Flex ${n}`);
  await stage.rest('frontline', 'POST', `${url}/Messages`, { Author: 'jo', Body: 'the older app wrote this' });
  stage.twilio.frontlineAgent.writes(ann.email, conversation, 'only in Frontline');
  const attributes = JSON.parse(stage.twilio.reads.container('flex', chat.channel)?.attributes ?? '{}');
  if (names.channel)
    await stage.rest('flex', 'POST', channelUrl(chat), {
      Attributes: JSON.stringify({ ...attributes, ConversationSid: conversation }),
    });
  if (state !== 'active') await stage.rest('frontline', 'POST', url, { State: state });
  await stage.settle();
  stage.accepts(chat);
  await stage.settle(3);
  return { stage, chat, conversation };
};

const textsIn = (stage: Stage, sid: string): readonly (string | undefined)[] =>
  stage.twilio.reads.transcript('frontline', sid).map(({ body }) => body);

const untouched = ['the older app wrote this', 'only in Frontline'];
const inFlex = ['only in Flex 1', 'only in Flex 2', 'only in Flex 3'];

describe('a pair of the older app', () => {
  test('whose containers name each other is adopted: what is said from now on crosses, nothing from before does', async () => {
    const { stage, chat, conversation } = await olderPair({ channel: true, conversation: true });
    expect(stage.counterparts(chat).map(({ sid }) => sid)).toEqual([conversation]);
    expect(textsIn(stage, conversation)).toEqual(untouched);

    stage.customerWrites(chat, 'hello again');
    await stage.settle();
    stage.frontlineAgentWrites(chat, 'welcome back');
    await stage.settle(30);

    expect(textsIn(stage, conversation)).toEqual([...untouched, 'hello again', 'welcome back']);
    expect(stage.said('flex', chat)).toEqual([...inFlex, 'hello again', 'welcome back']);
    expect(stage.people('frontline', chat)).toEqual(['jo', ann.email]);
    expect(stage.calls()['frontline POST conversations.conversations']).toBe(1);
  });

  test.each([
    ['the channel', { channel: true, conversation: false }],
    ['the conversation', { channel: false, conversation: true }],
  ])('of which only %s names the other is none: the chat gets a counterpart of its own', async (_, names) => {
    const { stage, chat, conversation } = await olderPair(names);

    expect(stage.conversation(chat).uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(stage.said('frontline', chat)).toEqual(inFlex);
    expect(textsIn(stage, conversation)).toEqual(untouched);
  });

  test('whose conversation is closed is none', async () => {
    const { stage, chat, conversation } = await olderPair({ channel: true, conversation: true }, 'closed');

    expect(stage.conversation(chat).uniqueName).toBe(`bridge-flex-${chat.channel}-1`);
    expect(stage.said('frontline', chat)).toEqual(inFlex);
    expect(textsIn(stage, conversation)).toEqual(untouched);
  });
});
