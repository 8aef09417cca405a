/** What Twilio has made for a start although its answer was lost: it is looked for until it would show. */
import { counterpartName } from '../chats/unique-name.ts';
import { type Outcome, retry } from '../model/outcome.ts';
import { lookDelay } from '../model/retry-delay.ts';
import type { ConversationSid } from '../model/sids.ts';
import type { Start } from '../state/starts.ts';
import { noted, type StartDeps } from './made-so-far.ts';

/** The channel's own name, which Twilio gives once. */
export const channelName = (conversation: ConversationSid): string => counterpartName('frontline', conversation, 1);
/** The task's mark: a task has no name of its own. */
export const startMark = (conversation: ConversationSid): string => `start-${conversation}`;

/** @returns the start with all that is there; how the run ends while nobody can say. @throws TwilioError */
export const findMade = async (deps: StartDeps, start: Start): Promise<Start | Outcome> => {
  const withChannel = await findChannel(deps, start);
  return 'end' in withChannel ? withChannel : findTask(deps, withChannel);
};

const findChannel = async (deps: StartDeps, start: Start): Promise<Start | Outcome> => {
  const { channel, channelSettlesAt, conversation } = start;
  if (channel !== undefined || channelSettlesAt === undefined) return start;
  const found = (await deps.flex.container(channelName(conversation)))?.sid;
  return found === undefined
    ? unlessDue(deps, start, channelSettlesAt)
    : noted(deps, start, { channel: found, made: 1 });
};

/** @returns as {@link findMade} does */
export const findTask = async (deps: StartDeps, start: Start): Promise<Start | Outcome> => {
  const { task, taskSettlesAt, conversation } = start;
  if (task !== undefined || taskSettlesAt === undefined) return start;
  const [found] = await deps.tasks.marked(startMark(conversation));
  return found === undefined ? unlessDue(deps, start, taskSettlesAt) : noted(deps, start, { task: found.sid });
};

/** What is not seen once it is settled is not there. */
const unlessDue = ({ clock, settings }: StartDeps, start: Start, settlesAt: number): Start | Outcome => {
  const dueMs = settlesAt - clock.now();
  const sinceMs = Math.max(0, settings.leaseMs + settings.settleMs - dueMs);
  return dueMs > 0 ? retry(lookDelay(sinceMs, dueMs), 'outcome_unknown') : start;
};
