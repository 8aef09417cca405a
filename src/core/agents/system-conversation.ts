/**
 * The System conversation: where the bridge speaks with an agent in his app, and no customer reads. It is made once per
 * worker under a unique name, so that no retry makes a second one, and it is known by what its attributes say and by
 * its alias: a customer who is called "System" is a customer.
 */
import type { BridgeDeps } from '../deps.ts';
import { textField } from '../model/json.ts';
import { type Outcome, pairMovedOn, retry, skipped } from '../model/outcome.ts';
import type { ConversationSid, WorkerSid } from '../model/sids.ts';
import { TwilioError } from '../model/twilio-error.ts';
import type { Container } from '../ports/chat.ts';
import {
  leaveSystem,
  loadSystem,
  markAgentJoined,
  nameSystem,
  openSystem,
  type SystemState,
} from '../state/system-conversation.ts';
import { frontlineUser } from './frontline-user.ts';

/** By a channel's or a conversation's attributes. */
export const isSystemConversation = ({ attributes }: Pick<Container, 'attributes'>): boolean =>
  textField(attributes, 'bridgeSystemOf') !== undefined;

export type SystemPlace = { readonly conversation: ConversationSid; readonly identity: string };

/** Another run opens or leaves it at the same time. */
const ROUNDS = 3;

/**
 * Where the agent is told things, with him in it.
 * @param flexIdentity the worker's as Flex spells it, where it is known
 * @returns how it ends when he cannot be told anything. @throws TwilioError; repeating is safe.
 */
export const systemPlace = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  flexIdentity?: string,
): Promise<SystemPlace | Outcome> => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const state = await loadSystem(deps, worker);
    if (state.open?.joined) return state.open;
    const opened = state.open === undefined ? await open(deps, worker, state, flexIdentity) : state;
    if (opened === undefined) continue;
    if ('end' in opened) return opened;
    if (opened.open !== undefined) return enter(deps, worker, opened.open);
  }
  return pairMovedOn();
};

/** Nothing can be written there any more: the next notice goes to the next generation. */
export const leavePlace = async (deps: BridgeDeps, worker: WorkerSid, place: SystemPlace): Promise<void> => {
  const { generation } = await loadSystem(deps, worker);
  await leaveSystem(deps, worker, { conversation: place.conversation, generation });
};

const open = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  { generation }: SystemState,
  flexIdentity: string | undefined,
): Promise<SystemState | Outcome | undefined> => {
  const spelled = flexIdentity ?? (await deps.tasks?.workerIdentity(worker));
  const identity = spelled === undefined ? undefined : await frontlineUser(deps, spelled);
  if (identity === undefined) return skipped('no_twin');
  const { deployment } = deps.settings;
  const uniqueName = `bridge-system-${deployment}-${worker}-${generation}`;
  const created = await deps.frontline.createConversation({
    uniqueName,
    friendlyName: 'System',
    attributes: JSON.stringify({ bridgeSystemOf: worker, bridgeDeployment: deployment }),
  });
  const found = created === 'taken' ? await deps.frontline.container(uniqueName) : created;
  if (found === undefined) return retry(1, 'counterpart_not_visible');
  // Whoever else gave a conversation this name: the agent is not spoken to there.
  const isOurs = textField(found.attributes, 'bridgeSystemOf') === worker;
  if (!isOurs || found.state === 'closed') {
    const taken = { generation, conversation: found.sid, identity };
    if ((await openSystem(deps, worker, taken)) !== undefined) await leaveSystem(deps, worker, taken);
    return undefined;
  }
  if (!(await nameSystem(deps, found.sid, worker))) return skipped('counterpart');
  return openSystem(deps, worker, { generation, conversation: found.sid, identity });
};

const enter = async (
  deps: BridgeDeps,
  worker: WorkerSid,
  { conversation, identity }: SystemPlace,
): Promise<SystemPlace | Outcome> => {
  try {
    await deps.frontline.join(conversation, { identity, attributes: '{}' });
  } catch (error) {
    if (!(error instanceof TwilioError)) throw error;
    // Closed before he was in it: the next try makes the next one.
    if (error.remedy === 'wait') {
      await leavePlace(deps, worker, { conversation, identity });
      return retry(1, 'container_gone');
    }
    if (error.remedy === 'park') return { end: 'parked', reason: 'refused', code: error.code };
    throw error;
  }
  await markAgentJoined(deps, worker, conversation);
  return { conversation, identity };
};
