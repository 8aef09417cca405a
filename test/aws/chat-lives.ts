/** Whole chats, as agents live them with both apps: offered, answered on the phone, handed over, ended. */
import { AGENTS, type DefaultAgent } from '../../local-twilio/defaults.ts';
import type { RunningTwilio } from '../../local-twilio/server.ts';
import { isSystemConversation } from '../../src/core/agents/system-conversation.ts';
import type { Checks } from './checks.ts';
import { type Chat, conversationOf, until } from './conversation.ts';

const { ann, eve } = AGENTS;

type Setting = {
  readonly check: Checks['check'];
  readonly equal: (what: string, actual: unknown, expected: unknown) => void;
  readonly twilio: RunningTwilio;
};

const statusOf = (twilio: RunningTwilio, channelSid: string): unknown =>
  JSON.parse(twilio.reads.container('flex', channelSid)?.attributes ?? '{}').status;

/** The first lines of what the agent was told in the System conversation, and where that is. */
const systemOf = (twilio: RunningTwilio, { flexWorkerSid, email }: DefaultAgent) => {
  const systems = twilio.reads.containers('frontline').filter(isSystemConversation);
  const sid = systems.find(({ attributes }) => attributes.includes(flexWorkerSid))?.sid ?? '';
  const said = twilio.reads.transcript('frontline', sid).filter(({ author }) => author !== email);
  return { sid, told: said.map(({ body = '' }) => body.split('\n')[0] ?? '') };
};

/** Ends when the one agent of both sides is this one, and the chat goes on. */
const servedBy = (twilio: RunningTwilio, channelSid: string, agent: DefaultAgent) =>
  until(`the chat in the hands of ${agent.name} alone`, () => {
    const conversation = conversationOf(twilio, channelSid);
    const agents = [conversation, twilio.reads.container('flex', channelSid)].flatMap((container) =>
      (container?.members ?? []).slice(1).map(({ identity }) => identity),
    );
    const alone = agents.join() === [agent.email, agent.flexIdentity].join();
    return alone && conversation?.state === 'active' ? conversation : undefined;
  });

/** Offer, answer on the phone, transfer in Flex, end in Flex. */
export const livedInFlex = async ({ check, equal, twilio }: Setting): Promise<void> => {
  const { flexAgent, frontlineAgent, customer } = twilio;
  const { channelSid, taskSid } = customer.beginWebChat({ name: 'Kim', identity: 'kim' });
  const { reservationSid } = flexAgent.isOffered(ann.flexWorkerSid, taskSid);
  const asked = 'You have an incoming chat request from Kim.';
  const wasAsked = await check("an offer is told in the agent's System conversation", async () => {
    await until('the offer', () => systemOf(twilio, ann).told.find((line) => line.startsWith(asked)));
  });
  const has = await check('an offer that is accepted in Frontline links the chat', async () => {
    equal('was asked', wasAsked, true);
    // Its number is in the question: other offers may have come before.
    const question = systemOf(twilio, ann).told.find((line) => line.startsWith(asked)) ?? '';
    frontlineAgent.writes(ann.email, systemOf(twilio, ann).sid, /\d+/.exec(question)?.[0] ?? '');
    await servedBy(twilio, channelSid, ann);
  });
  const handed = await check('a transfer in Flex hands the conversation over', async () => {
    equal('was linked', has, true);
    const next = flexAgent.transfers(reservationSid, eve.flexWorkerSid, 'cold');
    flexAgent.accepts(next.reservationSid);
    await servedBy(twilio, channelSid, eve);
  });
  await check('a chat that ends in Flex is closed in Frontline, with what was said last', async () => {
    equal('was handed over', handed, true);
    const { sid } = customer.writes(channelSid, 'bye');
    flexAgent.endsChat(eve.flexWorkerSid, channelSid);
    const closed = await until('the closed conversation', () => {
      const conversation = conversationOf(twilio, channelSid);
      return conversation?.state === 'closed' ? conversation : undefined;
    });
    const last = twilio.reads.transcript('frontline', closed.sid).at(-1);
    equal(`last words of ${sid}`, last?.body, 'bye');
  });
};

/** The agent closes the conversation in the app: Flex ends the chat as if it had been ended there. */
export const endedInFrontline = ({ check, equal, twilio }: Setting, chat: Chat): Promise<boolean> =>
  check('an SMS chat that is closed in Frontline ends in Flex: INACTIVE, task completed, session closed', async () => {
    const { channelSid, conversationSid } = chat;
    twilio.frontlineAgent.closes(ann.email, conversationSid);
    await until('the inactive channel', () => (statusOf(twilio, channelSid) === 'INACTIVE' ? true : undefined));
    const { task_sid, proxySession } = JSON.parse(twilio.reads.container('flex', channelSid)?.attributes ?? '{}');
    const task = () => twilio.reads.tasks('flex').find(({ sid }) => sid === task_sid)?.status;
    await until('the completed task', () => (task() === 'completed' ? true : undefined));
    const { account, proxySid } = twilio.place.flex;
    const session = () => account.proxies.get(proxySid)?.sessions.get(String(proxySession))?.status;
    await until('the closed Proxy session', () => (session() === 'closed' ? true : undefined));
    equal('conversation', twilio.reads.container('frontline', conversationSid)?.state, 'closed');
  });

/** Each device in turn. */
export const presenceFollowed = ({ check, twilio }: Setting): Promise<boolean> =>
  check('an agent who goes in Flex is away on the phone, and the other way round', async () => {
    const says = () => {
      const [flex, frontline] = (['flex', 'frontline'] as const).map((side) =>
        twilio.reads.workers(side).find(({ name }) => name === eve.email),
      );
      return [flex?.activity, frontline?.activity, frontline?.isAvailable].join();
    };
    const both = (expected: string) =>
      until(`${expected} on both sides`, () => (says() === expected ? true : undefined));
    twilio.flexAgent.goes(eve.flexWorkerSid, 'Unavailable');
    await both('Unavailable,Unavailable,false');
    twilio.frontlineAgent.goes(eve.email, 'Available');
    await both('Available,Available,true');
  });
