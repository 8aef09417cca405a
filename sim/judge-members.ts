/** Who is where: the customer first in the conversation, the agent last, and the agent in the channel too. */
import type { Played } from './played.ts';
import type { SimWorld } from './world.ts';

/** @returns what is wrong, a line each. */
export const memberProblems = (world: SimWorld, chat: Played, conversation: string): readonly string[] => {
  const { reads } = world.twilio;
  const wrong: string[] = [];
  const channel = reads.container('flex', chat.channel)?.members ?? [];
  const there = reads.container('frontline', conversation)?.members.map(({ identity }) => identity) ?? [];
  const { customer } = chat;
  const { email, flexIdentity } = chat.agent;
  if (there[0] !== customer) wrong.push(`the conversation's first member is ${there[0]}, and the customer ${customer}`);
  if (there.at(-1) !== email) wrong.push(`the conversation's last member is ${there.at(-1)}, and the agent ${email}`);
  if (there.length !== 2) wrong.push(`the conversation has ${there.length} members`);
  if (!channel.some(({ identity }) => identity === flexIdentity)) wrong.push('the agent is not in the channel');
  return wrong;
};
