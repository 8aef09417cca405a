import { AGENTS, type Chat, type ScenarioHarness } from './harness.ts';

/** A person on each side who writes, edits and deletes there; `other` is where the copy stands. */
export const persons = (harness: ScenarioHarness, chat: Chat) => {
  const { customer, frontlineAgent } = harness.twilio;
  const conversation = harness.conversation(chat).sid;
  const { email } = AGENTS.ann;
  return {
    customer: {
      here: 'flex',
      other: 'frontline',
      created: 'onMessageSent',
      updated: 'onMessageUpdated',
      writes: (text: string) => customer.writes(chat.channel, text).sid,
      edits: (sid: string, text: string) => customer.edits(chat.channel, sid, text),
      deletes: (sid: string) => customer.deletes(chat.channel, sid),
    },
    agent: {
      here: 'frontline',
      other: 'flex',
      created: 'onMessageAdded',
      updated: 'onMessageUpdated',
      writes: (text: string) => frontlineAgent.writes(email, conversation, text).sid,
      edits: (sid: string, text: string) => frontlineAgent.edits(email, conversation, sid, text),
      deletes: (sid: string) => frontlineAgent.deletes(email, conversation, sid),
    },
  } as const;
};
