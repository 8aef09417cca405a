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

const isAgent = new Set<string>(Object.values(AGENTS).flatMap(({ email, flexIdentity }) => [email, flexIdentity]));

/**
 * Ends when the one agent of both sides is this one, and the chat goes on.
 * @param find the chat's conversation, where it is not one that the bridge has made
 */
const servedBy = (
  twilio: RunningTwilio,
  channelSid: string,
  agent: DefaultAgent,
  find = () => conversationOf(twilio, channelSid),
) =>
  until(`the chat in the hands of ${agent.name} alone`, () => {
    const conversation = find();
    const agents = [conversation, twilio.reads.container('flex', channelSid)].flatMap((container) =>
      (container?.members ?? []).map(({ identity }) => identity).filter((one) => one !== undefined && isAgent.has(one)),
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

const PHONE = '+15550199002';

/** Begun in the app, answered by SMS, handed over in the app and ended there: Flex has all of it. */
export const begunInFrontline = async ({ check, equal, twilio }: Setting): Promise<void> => {
  const { frontlineAgent, customer, reads } = twilio;
  const { conversationSid } = frontlineAgent.begins(ann.email, { phone: PHONE });
  const conversation = () => reads.container('frontline', conversationSid);
  frontlineAgent.writes(ann.email, conversationSid, 'your parcel is here');
  const texts = (side: 'flex' | 'frontline', sid: string) => reads.transcript(side, sid).map(({ body }) => body);
  const tasksOf = (channel: string) =>
    reads
      .tasks('flex')
      .filter(({ attributes }) => attributes.includes(channel))
      .map(({ status }) => status);
  let channelSid = '';
  let firstTask: string | undefined;
  const begun = await check('a chat that an agent begins in Frontline is one of Flex, with a task of his', async () => {
    const channel = await until('the channel', () =>
      reads.containers('flex').find(({ uniqueName }) => uniqueName?.startsWith(`bridge-frontline-${conversationSid}-`)),
    );
    channelSid = channel.sid;
    await servedBy(twilio, channelSid, ann, conversation);
    await until('the SMS', () => customer.phone(PHONE).at(0));
    // He serves it on both sides before the customer's phone changes, and what was typed crosses after that.
    await until('the text in Flex', () => texts('flex', channelSid).includes('your parcel is here') || undefined);
    const task = reads.tasks('flex').find(({ attributes }) => attributes.includes(channelSid));
    firstTask = task?.sid;
    equal('task', [task?.status, task?.reservations.map(({ status }) => status)], ['assigned', ['accepted']]);
  });
  await check("it goes on by Flex's number, both ways", async () => {
    equal('was begun', begun, true);
    customer.writes(channelSid, 'thank you');
    await until('the answer', () => texts('frontline', conversationSid).includes('thank you') || undefined);
    frontlineAgent.writes(ann.email, conversationSid, 'welcome');
    await until('the second SMS', () => customer.phone(PHONE).at(1));
    const sms = customer.phone(PHONE).map(({ body }) => body);
    equal('SMS', sms, ['your parcel is here', 'welcome']);
    equal('in Flex', texts('flex', channelSid), ['your parcel is here', 'thank you', 'welcome']);
  });
  const handed = await check('a chat that is handed over in Frontline is handed over in Flex', async () => {
    equal('was begun', begun, true);
    frontlineAgent.transfers(ann.email, conversationSid, eve.email, 'in, then out');
    await servedBy(twilio, channelSid, eve, conversation);
    // The old task names no channel any more: else Flex would end the chat with it.
    const old = () => reads.tasks('flex').find(({ sid }) => sid === firstTask)?.status;
    await until('the old task completed', () => old() === 'completed' || undefined);
    equal('tasks that name the chat', tasksOf(channelSid), ['assigned']);
  });
  await check('and ends in Flex when it is closed in Frontline by the next agent', async () => {
    equal('was handed over', handed, true);
    frontlineAgent.closes(eve.email, conversationSid);
    await until('the inactive channel', () => (statusOf(twilio, channelSid) === 'INACTIVE' ? true : undefined));
    await until('the completed task', () => tasksOf(channelSid).join() === 'completed' || undefined);
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
