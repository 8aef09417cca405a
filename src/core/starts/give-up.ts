/** No chat of Flex's comes of it: what was made is ended, the customer stays as he was, and the agent hears why. */
import { writeSystemNotice } from '../agents/system-notice.ts';
import { closeTask } from '../chats/close-task.ts';
import type { Run } from '../jobs/run.ts';
import { jsonObject, textField } from '../model/json.ts';
import { leaseLost, lookAgain, type Outcome, type Skipped, skipped } from '../model/outcome.ts';
import type { ChannelSid } from '../model/sids.ts';
import { LOOKS } from '../model/times.ts';
import { watchChannelEnd } from '../state/channel-ends.ts';
import { pairId } from '../state/items.ts';
import { loadPair } from '../state/pair.ts';
import { giveUpStartedPair, wasOpened } from '../state/started-pair.ts';
import { endStart, noteMade, type Start } from '../state/starts.ts';
import { findMade } from './find-made.ts';
import type { GivenUp, StartDeps } from './made-so-far.ts';
import { endAsLinked } from './swap-customer.ts';

const STAYS = 'It goes on in Frontline only.';

/** undefined: he knows, for he did it. */
const told = (why: Skipped, name: string): string | undefined => {
  const whom = name === '' ? 'a customer' : name;
  switch (why) {
    case 'no_sender':
      return `The conversation that you started with ${whom} is not in Flex: Flex has no number for it. ${STAYS}`;
    case 'chat_open':
      return `The conversation that you started with ${whom} is not in Flex: another chat with the customer is open there. ${STAYS}`;
    case 'task_refused':
      return `The conversation that you started with ${whom} is not in Flex: you could not be given its task. ${STAYS}`;
    case 'start_refused':
      return `The conversation that you started with ${whom} is not in Flex: Twilio does not make there what it needs. ${STAYS}`;
    default:
      return undefined;
  }
};

/** Never of a pair that is open. Each step may be repeated; what ends it comes last. @throws TwilioError */
export const giveUp = async (
  deps: StartDeps,
  start: Start,
  { gaveUp: why, code }: GivenUp,
  { name, run }: { readonly name: string; readonly run: Run },
): Promise<Outcome> => {
  const { conversation, reservation, worker, workerIdentity: flexIdentity } = start;
  // The run that opened the pair may have died behind that. Nobody's is opened before its task is accepted.
  const isOurs = start.channel !== undefined && reservation !== undefined;
  const pair = isOurs ? await loadPair(deps.store, pairId('flex', start.channel)) : undefined;
  if (pair !== undefined && wasOpened(pair, conversation)) return endAsLinked(deps, start, pair);
  // What is half taken back is of no use: whoever goes on after this run's death takes back the rest.
  const givenUp = await noteMade(deps, start, { givesUp: why });
  if (givenUp === undefined) return leaseLost();
  const found = await findMade(deps, givenUp);
  if ('end' in found) return found;
  const { channel, made, task } = found;
  if (task !== undefined) await closeTask(deps.tasks, task, 'no chat came of it');
  if (channel !== undefined) {
    if (made !== undefined && !(await endChannel(deps, channel)) && run.attempts <= LOOKS) return lookAgain();
    if (made === undefined && reservation !== undefined) await takeOut(deps, channel, flexIdentity);
    await giveUpStartedPair(deps, channel, conversation);
  }
  const text = told(why, name);
  const notice =
    text && (await writeSystemNotice(deps, worker, { key: `start-${conversation}`, text, flexIdentity }, run));
  if (typeof notice === 'object' && 'end' in notice && notice.end === 'retry') return notice;
  await endStart(deps, start, why);
  return { ...skipped(why), code };
};

/** The channel was there before: whoever waits in it goes on waiting. */
const takeOut = async ({ flex }: StartDeps, channel: ChannelSid, agent: string): Promise<void> => {
  for (const { sid, identity } of await flex.members(channel)) if (identity === agent) await flex.leave(channel, sid);
};

/** Flex ends its Proxy session. @returns false when a look does not find the channel, which may only be behind. */
const endChannel = async (deps: StartDeps, channel: ChannelSid): Promise<boolean> => {
  const { flex } = deps;
  const container = await flex.container(channel);
  if (container === undefined) return false;
  if (textField(container.attributes, 'status') === 'INACTIVE') return true;
  if (deps.settings.forwards) await watchChannelEnd(deps, channel, undefined);
  const attributes = { ...jsonObject(container.attributes), status: 'INACTIVE' };
  await flex.writeAttributes(channel, JSON.stringify(attributes));
  return true;
};
