/** How an event can end. Closed unions: a new reason is a decision, and the switch that handles it must be complete. */

export type Skipped =
  | 'already' // it stands on the other side
  | 'own' // the bridge's own message, known by index
  | 'echo' // the bridge's own message, known by its stamp
  | 'not_linked' // the chat has no counterpart; linking will copy what was said before
  | 'no_twin' // the worker has no Frontline user of the same name
  | 'not_a_chat' // a voice task, or a task without a channel
  | 'counterpart' // the container was created by the bridge itself
  | 'old_generation' // the pair has moved on to a new container
  | 'closed' // the chat has ended
  | 'empty' // nothing in it that could cross
  | 'parked' // parked before
  | 'removed' // gone at its source
  | 'other_service' // another chat service of the same account
  | 'not_handled' // an event type that the bridge has no use for
  | 'no_default_webhook' // FLEX_CHAT_DEFAULT_WEBHOOK is not set
  | 'no_proxy'; // Flex's own webhook has no Proxy session for this channel (error 80619)

export type Parked =
  | 'refused' // Twilio will never take it (payload, limits)
  | 'gave_up' // tried for an hour and not taken, while others of its side were
  | 'altered' // somebody else changes a copy whenever it is put right
  | 'other_deployment' // the container belongs to another deployment of the bridge
  | 'unreadable' // no consumer of this release can read the queue message
  | 'forward_refused' // Flex's own webhook answered 4xx
  | 'forward_pointless'; // not delivered within 24 hours

export type Deferred = 'side_down' | 'lane_dirty' | 'container_gone' | 'held';

export type Outcome =
  /** `copies`: the SIDs of what now stands on the other side. */
  | { readonly end: 'replicated'; readonly copies: readonly string[] }
  | { readonly end: 'linked'; readonly copies: readonly string[] }
  | { readonly end: 'forwarded' }
  | { readonly end: 'reconciled'; readonly repaired: number }
  | { readonly end: 'skipped'; readonly reason: Skipped }
  /** `code`: Twilio's error. */
  | { readonly end: 'parked'; readonly reason: Parked; readonly code?: number | undefined }
  | { readonly end: 'deferred'; readonly reason: Deferred }
  /**
   * Not an end: the same event comes again after so many seconds. `progress` when this try got something done; `gone`
   * when a container is not there, or takes nothing any more.
   */
  | {
      readonly end: 'retry';
      readonly after: number;
      readonly why: string;
      readonly progress: boolean;
      readonly gone?: boolean;
    };

type Ended<End extends Outcome['end']> = Extract<Outcome, { readonly end: End }>;

export const skipped = (reason: Skipped): Ended<'skipped'> => ({ end: 'skipped', reason });
export const deferred = (reason: Deferred): Ended<'deferred'> => ({ end: 'deferred', reason });
export const retry = (after: number, why: string, progress = false): Ended<'retry'> => ({
  end: 'retry',
  after,
  why,
  progress,
});

/** A look at one message or container may be behind by seconds: so often, two seconds apart, is looked again. */
export const LOOKS = 4;
export const lookAgain = () => retry(2, 'look is behind');
