import type { PresenceRules } from './model/presence.ts';
import type { WorkflowSid } from './model/sids.ts';
import type { ChatSide, FlexSide, FrontlineSide } from './ports/chat.ts';
import type { Clock, Nonce } from './ports/clock.ts';
import type { Journal } from './ports/journal.ts';
import type { Outbound } from './ports/outbound.ts';
import type { Queues } from './ports/queues.ts';
import type { Store } from './ports/store.ts';
import type { TaskSide } from './ports/tasks.ts';
import type { Workers } from './ports/workers.ts';

export type BridgeSettings = {
  /** Names this deployment in every stamp; containers and messages of another deployment are not ours. */
  readonly deployment: string;
  readonly stampKey: string;
  /** How long after an unanswered call's last moment what is not seen counts as not done. */
  readonly settleMs: number;
  /** The same after an error that Twilio itself answered; at most settleMs. */
  readonly answeredSettleMs: number;
  /** How long an intent is its owner's. */
  readonly leaseMs: number;
  /** A call to Twilio is cut off after so long; shorter than the lease. */
  readonly requestMs: number;
  /** Whether Flex's own webhook is set, so that the sweep looks for messages that it never got. */
  readonly forwards: boolean;
  readonly presence: PresenceRules;
  /** What is offered to an agent is accepted at once, without asking him. */
  readonly acceptsOffers: boolean;
  /** A chat is handed over in Flex only: who comes in in Frontline is taken out again. */
  readonly refusesHandovers: boolean;
  /** Of the tasks that the bridge makes; undefined: that of the task before. */
  readonly workflow: WorkflowSid | undefined;
};

export type BridgeDeps = {
  readonly store: Store;
  readonly queues: Queues;
  readonly flex: FlexSide;
  readonly frontline: FrontlineSide;
  /** undefined when WORKSPACE_SID is not set: then nobody is offered anything in Frontline. */
  readonly tasks: TaskSide | undefined;
  /** undefined: the settings do not name both TaskRouter workspaces. */
  readonly workers: Workers | undefined;
  /** undefined: the settings name no number of Flex's own, and nobody begins a chat in Frontline. */
  readonly outbound: Outbound | undefined;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly journal: Journal;
  readonly settings: BridgeSettings;
};

export const chatSide = (deps: BridgeDeps, side: 'flex' | 'frontline'): ChatSide =>
  side === 'flex' ? deps.flex : deps.frontline;
