/** How an event can end. Closed unions: a new reason is a decision, and the switch that handles it must be complete. */

import type { NotOn } from './mode.ts';
import { lookDelay, retryDelay } from './retry-delay.ts';
import { LOOK_AGAIN_SECONDS } from './times.ts';
import { type TwilioAnswer, type TwilioError, twilioAnswer } from './twilio-error.ts';

export type Skipped =
  | 'already' // it stands on the other side
  | 'own' // the bridge's own message, known by index
  | 'echo' // the bridge's own message, known by its stamp
  | 'not_linked' // the chat has no counterpart; linking will copy what was said before
  | 'no_twin' // the worker has no Frontline user of the same name
  | 'not_a_chat' // a voice task, or a task without a channel
  | 'counterpart' // the container was created by the bridge itself
  | 'passed_on' // the pair's own job does what it asks for
  | 'old_generation' // the pair has moved on to a new container
  | 'closed' // the chat has ended
  | 'empty' // nothing in it that could cross
  | 'parked' // parked before
  | 'removed' // gone at its source
  | 'other_service' // another chat service of the same account
  | 'not_handled' // an event type that the bridge has no use for
  | 'sent_on' // a job stands for it in the group where it belongs
  | 'superseded' // the agent's presence has been set since, on either side
  | 'unmapped_activity' // PRESENCE_MAP does not name the agent's activity
  | 'timeout_activity' // the agent let an offer time out: not his wish
  | 'before_first_start' // it changed before this deployment was started
  | 'no_such_activity' // PRESENCE_MAP names an activity that a workspace does not have
  | 'no_workspace' // the settings do not name the TaskRouter workspace that it needs
  | 'system_conversation' // it stands where the bridge speaks with an agent, and is an answer
  | 'handed_over' // heard late: another agent has the chat since, and who accepted this serves it no more
  | 'offer_over' // nobody waits for an answer to it any more
  | 'not_offered' // it was not offered in Frontline
  | 'not_on' // its direction is off or read-only, and once it is on again this would come too late
  | 'too_late' // a side did not answer, and once it does nobody waits for this any more
  | 'stray' // its customer answers by the number that he was written to at first: it joins his chat
  | 'not_the_customer' // said in a stray conversation by somebody else: it stays there
  | 'inbound' // the customer has begun the conversation, not an agent
  | 'not_one_customer' // a conversation that has no customer and agent, or several customers
  | 'no_sender' // the settings name no number of Flex's own for the customer's phone
  | 'chat_open' // the customer is in another chat of Flex's already
  | 'task_refused' // no task reached the agent who began the chat
  | 'start_refused' // Twilio will never make what a chat needs that an agent has begun
  | 'no_default_webhook' // FLEX_CHAT_DEFAULT_WEBHOOK is not set
  | 'no_proxy'; // Flex's own webhook has no Proxy session for this channel (error 80619)

/** Why a request is not taken. The endpoint says which status and text each one has. */
export type Refused =
  | 'route'
  | 'method'
  | 'content_type'
  | 'too_large'
  | 'empty_body'
  | 'not_utf8'
  | 'too_many_parameters'
  | 'no_signature'
  | 'wrong_signature'
  | 'wrong_account'
  | 'malformed'
  | 'unreadable_request'; // no HTTP that the listener could read

/** Why a caller who is known does not get what was asked for. */
export type Unanswered =
  | 'unknown_location' // Frontline's app asks for something that the bridge has no answer to
  | 'unknown_customer' // nobody's customer, or another agent's
  | 'no_number' // neither FRONTLINE_SMS_NUMBER nor FRONTLINE_WHATSAPP_NUMBER says from where
  | 'other_origin' // the page is none of AVAILABILITY_ORIGINS
  | 'not_understood' // of a page: another method, or no question that can be read
  | 'too_often'; // more pages ask than AVAILABILITY_PER_SECOND allows

/** What a callback needed, and did not get. */
export type Unavailable =
  | 'twilio' // a call to Twilio failed
  | 'crm'; // BACKUP_CRM_ENDPOINT did not answer, or not as Frontline's callbacks do

export type Parked =
  | 'refused' // Twilio will never take it (payload, limits)
  | 'gave_up' // tried for an hour and not taken, while others of its side were
  | 'altered' // another program changes a copy whenever it is put right
  | 'other_deployment' // the container belongs to another deployment of the bridge
  | 'unreadable' // no consumer of this release can read the queue message
  | 'forward_refused' // Flex's own webhook answered 4xx
  | 'forward_pointless'; // not delivered within 24 hours

export type Deferred =
  | NotOn // an operator has switched its direction off, or to read-only
  | 'side_down'
  | 'lane_dirty'
  | 'container_gone'
  | 'held'
  | 'draining' // the chat ends when all that was said before its end has crossed
  | 'starting' // an agent begins the chat in Frontline: who has accepted it in Flex besides comes in after that
  | 'handing_over' // an agent has come in in Frontline, and is not in Flex yet
  | 'no_successor' // an agent is gone on one side, and nobody has taken the chat over yet
  | 'list_behind' // an agent who came in a moment ago, or a next task, may only not be listed yet
  | 'pending_offer' // TaskRouter lets no agent go who has offers waiting: he goes when they end
  | 'activity_refused'; // TaskRouter will not have the agent in that activity, as when too many are available

/** What a pair's own job has done to bring both sides to agree. */
export type Agreement =
  | 'same' // they do
  | 'agents' // who serves the chat
  | 'handed_back' // who came in in Frontline cannot serve it in Flex
  | 'ended'
  | 'next_generation'; // the chat goes on in a new conversation

/** Why the same event comes again. */
export type Retried =
  | 'twilio' // Twilio did not do as asked; code, status or effect say more
  | 'unauthorized' // nor will it until an operator puts a credential or a setting right
  | 'outcome_unknown' // a write to Twilio had no answer; nothing is asked before it is settled
  | 'intent_settling' // a message is in flight, and its run may still be at it
  | 'lease_lost' // another run owns the lane now
  | 'lease_too_short' // what is left of the lease does not cover a call
  | 'no_time_left' // this delivery ends soon
  | 'more_to_copy' // a page is done, the next delivery goes on
  | 'message_not_visible' // a look at one message may be behind
  | 'list_behind' // a list does not show yet what its webhook told of
  | 'counterpart_not_visible' // the conversation that was just created
  | 'pair_not_begun' // its reservation is handled by another lane, or its start by another job
  | 'pair_moved_on' // another run has changed the pair in between
  | 'first_message_due' // who has begun the conversation shows in its first message
  | 'flow_being_made' // another run makes it
  | 'reservation_due' // the agent's own task has not reached him yet
  | 'receipts_due' // what Conversations has just carried to a phone may have no receipt yet
  | 'worker_gone' // an agent who was remembered is not there: he is looked up again
  | 'container_gone'
  | 'forward_taken' // another run forwards the same event
  | 'forward_in_flight' // its post may still be under way
  | 'forward_settling' // its post had no answer; Twilio is asked once it is settled
  | 'perhaps_sent_twice' // Twilio cannot tell whether an SMS was sent: it is sent
  | 'failed'; // an unforeseen error; a journal line of its own names it

export type Outcome =
  /** `copies`: the SIDs of what now stands on the other side. */
  | { readonly end: 'replicated'; readonly copies: readonly string[] }
  | { readonly end: 'linked'; readonly copies: readonly string[] }
  | { readonly end: 'forwarded'; readonly reason?: 'perhaps_sent_twice' }
  | { readonly end: 'reconciled'; readonly repaired: number }
  | { readonly end: 'agreed'; readonly reason: Agreement }
  /** `code`: Twilio's error, where that is why. */
  | { readonly end: 'skipped'; readonly reason: Skipped; readonly code?: number | undefined }
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
      readonly reason: Retried;
      /** What Twilio said, where that is the reason. */
      readonly twilio?: TwilioAnswer;
      readonly progress: boolean;
      readonly gone?: boolean;
      /** Milliseconds, when nobody gets through to the side: for how long that has been so. */
      readonly downMs?: number | undefined;
    };

type Ended<End extends Outcome['end']> = Extract<Outcome, { readonly end: End }>;

export const skipped = (reason: Skipped): Ended<'skipped'> => ({ end: 'skipped', reason });
export const deferred = (reason: Deferred): Ended<'deferred'> => ({ end: 'deferred', reason });
export const retry = (after: number, reason: Retried, progress = false): Ended<'retry'> => ({
  end: 'retry',
  after,
  reason,
  progress,
});

/** Another run owns the lane now: the event comes again, and finds what that run has done. */
export const leaseLost = (progress = false): Ended<'retry'> => retry(1, 'lease_lost', progress);

/** Another run has changed the pair: the event or job comes again, and finds it as it is then. */
export const pairMovedOn = (): Ended<'retry'> => retry(1, 'pair_moved_on');

/** A write to Twilio may have been carried out: the next try looks, at once. */
export const outcomeUnknown = (): Ended<'retry'> => retry(0, 'outcome_unknown');

/** A side that is left alone is not Twilio's wish: how often it is asked whether it is back, a chat need not know. */
const waitFor = ({ status, retryAfter = 0 }: TwilioError, attempts: number): number => {
  if (status !== undefined && retryAfter > 0) return retryAfter;
  return Math.max(retryAfter, retryDelay(attempts));
};

/** Twilio did not do as asked, and may later: as soon as it says, or longer each time. */
export const retryTwilio = (error: TwilioError, attempts: number): Ended<'retry'> => ({
  ...retry(waitFor(error, attempts), error.remedy === 'reconfigure' ? 'unauthorized' : 'twilio'),
  twilio: twilioAnswer(error),
  downMs: error.downMs,
});

/**
 * What became of an intended call is not known yet: until it cannot leave any more nobody looks, and then by and by.
 * @param intent milliseconds since 1970: until when it may leave, and from when what is not seen of it is not there.
 */
export const settling = (
  { notAfter, settlesAt }: { readonly notAfter: number; readonly settlesAt: number },
  now: number,
): Ended<'retry'> => {
  const leaves = Math.min(LOOK_AGAIN_SECONDS, Math.ceil((notAfter - now) / 1000));
  return retry(now < notAfter ? leaves : lookDelay(now - notAfter, settlesAt - now), 'intent_settling');
};

/** What was looked up may only be behind: at most LOOKS times (times.ts). */
export const lookAgain = () => retry(LOOK_AGAIN_SECONDS, 'message_not_visible');
