/**
 * A chat that cannot be handed over goes back to those who served it: they are in the conversation again before the
 * other one is out, his task ends, and all are told why, once. Every step may be repeated.
 */
import { writeSystemNotice } from '../agents/system-notice.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import { decodeIdentity } from '../model/identity.ts';
import { type Outcome, pairMovedOn } from '../model/outcome.ts';
import type { WorkerSid } from '../model/sids.ts';
import type { TaskSide } from '../ports/tasks.ts';
import { noteHandedBack } from '../state/agreed.ts';
import type { Handover, HandoverRefusal } from '../state/handover.ts';
import type { LinkedPair, Serving } from '../state/pair.ts';
import { closeTask } from './close-task.ts';
import { notYoursText, stayedText } from './handover-text.ts';
import { agentToAdd } from './late-joins.ts';
import type { Members } from './read-members.ts';
import { hasEndedReservation } from './served.ts';

export type RefusedHandover = Handover & { readonly refused: HandoverRefusal };

/** @throws TwilioError; repeating is safe. */
export const handBack = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  { pair, handover, members }: { pair: LinkedPair; handover: RefusedHandover; members: Members },
  run: Run,
): Promise<Outcome> => {
  await putOthersBack(deps, pair, members);
  const his = decodeIdentity(handover.identity);
  const member = members.frontline.find(({ identity }) => identity === his);
  if (member !== undefined) await deps.frontline.leave(pair.frontline, member.sid);
  // What Flex offers to the next one stays, but not with him who has taken it and cannot be let in.
  if (handover.task !== undefined && (handover.byFlex !== true || handover.refused === 'refused'))
    await closeTask(tasks, handover.task, 'not handed over');
  const untold = await tellAll(deps, tasks, pair, handover, run);
  if (untold !== undefined) return untold;
  return (await noteHandedBack(deps, pair, handover)) === undefined
    ? pairMovedOn()
    : { end: 'agreed', reason: 'handed_back' };
};

/**
 * Who stands in Flex, or serves the chat there, though he has gone in Frontline. Where that is nobody, who served it
 * last: Flex has taken the chat off him, and until its next agent accepts it is his.
 */
const putOthersBack = async (deps: BridgeDeps, pair: LinkedPair, members: Members): Promise<void> => {
  const here = new Set(members.frontline.map(({ identity }) => identity));
  const inFlex = new Set(members.flex.map(({ identity }) => identity));
  const gone = pair.agents.filter((agent) => !here.has(decodeIdentity(agent.identity)));
  const back: Serving[] = [];
  for (const agent of gone)
    if (inFlex.has(agent.identity) || !(await hasEndedReservation(deps, agent))) back.push(agent);
  if (back.length === 0 && gone.length === pair.agents.length) back.push(...gone.slice(-1));
  for (const { identity } of back)
    await deps.frontline.join(pair.frontline, agentToAdd(deps, 'frontline', decodeIdentity(identity)));
};

/** @returns how the run ends while somebody is not told yet; who cannot be told holds up nothing. */
const tellAll = async (
  deps: BridgeDeps,
  tasks: TaskSide,
  pair: LinkedPair,
  { number, identity, worker, refused }: RefusedHandover,
  run: Run,
): Promise<Outcome | undefined> => {
  const name = (pair.task && (await tasks.customerName(pair.task))) ?? '';
  const key = `handover-${pair.flex}-${number}`;
  const others = new Set(pair.agents.map((agent) => agent.worker));
  const told = async (to: WorkerSid, text: string): Promise<Outcome | undefined> => {
    const outcome = await writeSystemNotice(deps, to, { key, text }, run);
    return 'end' in outcome && (outcome.end === 'retry' || outcome.end === 'deferred') ? outcome : undefined;
  };
  for (const other of others) {
    const waits = await told(other, stayedText(name, decodeIdentity(identity), refused));
    if (waits !== undefined) return waits;
  }
  return worker === undefined || others.has(worker) ? undefined : told(worker, notYoursText(name, refused));
};
