/**
 * Chats that changed hands and ended: by what Twilio was made to carry out. An ended chat is ended on both sides, an
 * open one has an agent on both and a task; nobody ever took the last agent out. Of what was said: judge-words.ts.
 */
import { AGENTS } from '../local-twilio/defaults.ts';
import { firstText } from './chronicle.ts';
import { copyProblems } from './judge-copies.ts';
import { wordProblems } from './judge-words.ts';
import { phoneProblems } from './phone.ts';
import { conversationsWith } from './played.ts';
import { type Ending, lastEnding, type Story, statusIn, wasEnded } from './story.ts';
import type { SimWorld } from './world.ts';

const TWINS = Object.values(AGENTS).filter(({ frontlineWorkerSid }) => frontlineWorkerSid !== undefined);
const AGENT_IN = {
  flex: new Set<string | undefined>(Object.values(AGENTS).map(({ flexIdentity }) => flexIdentity)),
  frontline: new Set<string | undefined>(TWINS.map(({ email }) => email)),
};
const OPEN_TASK = new Set(['pending', 'reserved', 'assigned', 'wrapping']);

/** @returns what is wrong, a line each. */
export const storyProblems = async (world: SimWorld, story: Story, beyond: boolean): Promise<readonly string[]> => {
  const conversations = conversationsWith(world, story.channel);
  if (conversations.length === 0) {
    if (story.endings.length === 0) return ['has no conversation'];
    world.meter.met('story ended before it was linked');
    return [];
  }
  return [
    ...ends(world, story, conversations),
    ...aloneProblems(world, story, conversations),
    ...wordProblems(world, story, conversations, beyond),
    ...copyProblems(world, story, conversations),
    ...(await smsProblems(world, story, beyond)),
  ];
};

const ends = (world: SimWorld, story: Story, conversations: readonly string[]): readonly string[] => {
  const { reads, place } = world.twilio;
  const last = conversations.at(-1) ?? '';
  const open = conversations.filter((sid) => reads.container('frontline', sid)?.state !== 'closed');
  const tasks = story.tasks.map((sid) => place.flex.workspace.tasks.get(sid));
  const wrong: string[] = [];
  if (open.some((sid) => sid !== last)) wrong.push('an earlier conversation is open');
  const byBridge = tasks.some((task) => task?.reason === 'ended in Frontline');
  if (byBridge && !story.endings.some(({ how }) => how === 'closed'))
    wrong.push('a task was completed as ended in Frontline, and nobody ended it there');
  const ending = lastEnding(story, world.time.now());
  const channel = reads.container('flex', story.channel);
  const isActive = channel !== undefined && statusIn(channel.attributes) === 'ACTIVE';
  if (ending === undefined || (open.includes(last) && goesOnFor(world, story, last, ending))) {
    if (ending !== undefined) world.meter.met('story goes on for a word of its customer');
    return [...wrong, ...openProblems(world, story, last)];
  }
  world.meter.met(`story ended: ${ending.how}`);
  if (open.length > 0) wrong.push(`it ended (${ending.how}), and its conversation is open`);
  if (isActive && ending.how !== 'task') wrong.push(`it ended (${ending.how}), and its channel is active`);
  if (ending.how === 'closed')
    for (const task of tasks)
      if (task !== undefined && OPEN_TASK.has(task.status))
        wrong.push(`it ended, and task ${task.sid} is ${task.status}`);
  return wrong;
};

/** A chat that was closed in Frontline goes on if the customer had said something that had not crossed. */
const goesOnFor = (world: SimWorld, story: Story, last: string, { at, how }: Ending): boolean =>
  how === 'closed' &&
  world.chronicle.changes(last).every((change) => change.at > at) &&
  world.chronicle.of(last).some(({ author }) => author === story.customer);

/** Somebody serves it on both sides, and has a task for it. */
const openProblems = (world: SimWorld, story: Story, conversation: string): readonly string[] => {
  const { reads } = world.twilio;
  const isIn = (side: 'flex' | 'frontline', sid: string, identity: string) =>
    reads.container(side, sid)?.members.some((one) => one.identity === identity) ?? false;
  const tasks = reads.tasks('flex').filter(({ sid, status }) => story.tasks.includes(sid) && status === 'assigned');
  const serving = new Set(
    tasks.flatMap(({ reservations }) =>
      reservations.filter(({ status }) => status === 'accepted').map(({ workerSid }) => workerSid as string),
    ),
  );
  const on = TWINS.map(({ email, flexIdentity, flexWorkerSid }) => ({
    email,
    flex: isIn('flex', story.channel, flexIdentity),
    frontline: isIn('frontline', conversation, email),
    serves: serving.has(flexWorkerSid),
  }));
  const wrong: string[] = [];
  if (reads.container('frontline', conversation)?.state === 'closed')
    wrong.push('it goes on, and its conversation is closed');
  if (!on.some(({ frontline }) => frontline)) wrong.push('it goes on, and nobody is in the conversation');
  for (const { email, flex, frontline, serves } of on) {
    // Who only stayed in the channel of an earlier chat is no agent of this one.
    if (frontline && !flex) wrong.push(`it goes on with ${email} in Frontline alone`);
    if (!serves || !flex || frontline) continue;
    // Of two accepts whose webhooks were both lost the sweep finds the last one.
    if (on.some((other) => other.serves && other.frontline))
      world.meter.met('limit: one of two accepts that nobody heard of');
    else wrong.push(`it goes on with ${email}, who serves it, in Flex alone`);
  }
  if (tasks.length === 0) wrong.push('it goes on, and has no task that is assigned');
  if (reads.container('frontline', conversation)?.members[0]?.identity !== story.customer)
    wrong.push('the customer is not the first in the conversation');
  world.meter.met('story goes on');
  return wrong;
};

/** The bridge takes nobody out of a chat that goes on before another is in. */
const aloneProblems = (world: SimWorld, story: Story, conversations: readonly string[]): readonly string[] => {
  const of = (side: 'flex' | 'frontline', container: string): readonly string[] => {
    const there = new Set<string | undefined>();
    return world.chronicle.changes(container).flatMap(({ deed, identity, by, at }) => {
      if (!AGENT_IN[side].has(identity)) return [];
      if (deed === 'joined') there.add(identity);
      if (deed !== 'left') return [];
      there.delete(identity);
      if (there.size > 0 || by.source !== 'API' || wasEnded(story, at)) return [];
      return [`the bridge took the last agent, ${identity}, out of the chat on the ${side} side`];
    });
  };
  return [...of('flex', story.channel), ...conversations.flatMap((one) => of('frontline', one))];
};

/** When the SMS session has ended in Flex, nothing more reaches the phone; what was said before does. */
const smsProblems = async (world: SimWorld, story: Story, beyond: boolean): Promise<readonly string[]> =>
  (await phoneProblems(world, story, beyond)).filter((problem) => {
    const sid = /^the phone lacks .*\((IM[0-9a-f]{32})\)$/.exec(problem)?.[1];
    if (sid === undefined) return true;
    const all = world.chronicle.of(story.channel);
    const copy = all.find((one) => one.sid === sid);
    if (copy === undefined) return true;
    // The first of two has reached the phone, or is missing there, too.
    if (beyond && all.some((one) => one.at < copy.at && firstText(one) === firstText(copy))) return false;
    const byFlex = story.endings.filter(({ how }) => how !== 'closed').map(({ at }) => at);
    // Said, or brought, or told to Flex's webhook, behind the end of the session: Flex's own end does not wait.
    const isUntold = !world.lined.includes(sid) || isParked(world, sid);
    const isBehind = byFlex.some((at) => copy.at >= at || isUntold);
    if (!isBehind) return true;
    world.meter.met('limit: SMS behind the end of its session');
    return false;
  });

const isParked = (world: SimWorld, sid: string): boolean =>
  world.entries.some(({ entry }) => entry.step === 'parked' && entry.lane === 'forward' && entry.sids[0] === sid);
