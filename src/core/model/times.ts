/**
 * Every time and every limit that core, its adapters and its settings share: what for, who acts on it, and whose page
 * the figure is from. In the order of the assumptions in docs/guarantee.md. What must hold between them is asserted in
 * test/core/model/times.test.ts.
 *
 * Elsewhere stand: what the stack must know too (contract.ts), how long each kind of item is kept (state/items.ts), and
 * pauses that grow with each try (retry-delay.ts).
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

// One call: no call outlives the lease that it is made under, nor the function that makes it.

/** How long an intent, or a forward's row, is its owner's: the setting LEASE_SECONDS. */
export const LEASE_SECONDS = { least: 0.1, default: 20, most: 120 } as const;

/** The adapter cuts a call to Twilio off after this time, or after half the lease if that is shorter. */
export const REQUEST_MS = 10_000;
export const requestMsFor = (leaseMs: number): number => Math.min(REQUEST_MS, leaseMs / 2);

/** So long before its function is cut off a consumer stops, to report and to tell SQS when messages come again. */
export const DEADLINE_MARGIN_MS = 4_000;

/** A function begins no message with less than this until its deadline: one call to Twilio and the writes about it. */
export const LEAST_DELIVERY_MS = 12_000;

/** While a batch of messages takes longer, what has ended of it goes from its queue each time this has passed. */
export const SLOW_BATCH_MS = 1_000;

/** A try of a call to SQS. All tries and the pauses between them end within 3.5 s, and a webhook is answered in 4. */
export const SQS_CALL = { tries: 3, connectMs: 500, requestMs: 1_000 } as const;

/** A try of a call to DynamoDB. */
export const DYNAMODB_CALL = { tries: 4, connectMs: 1_000, requestMs: 3_000 } as const;

/** The breaker asks a side that fails this often whether it is back: by reads of two chats, its probes. */
export const BREAKER_OPEN_MS = 5_000;

/** A probe is cut off after this time, so that the next one does not wait for it. */
export const BREAKER_PROBE_MS = 4_000;

/** The breaker has every other call ask again after this time while the probes are under way. */
export const BREAKER_PROBING_MS = 2_000;

/**
 * SQS hides a message for 12 hours at most, counted from its receive.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
 */
export const LONGEST_VISIBILITY_SECONDS = 43_200;

/**
 * Queues drop a message of the same group and name for this time; those of one machine do as SQS does.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-exactly-once-processing.html
 */
export const DEDUPE_MS = 5 * MINUTE_MS;

// Settling: a create without an answer is carried out, and listed, within SETTLE, or never; one that Twilio answered
// with an error of its own, within ANSWERED_SETTLE.

/**
 * From an intent's last moment until what no list shows counts as not done: the setting SETTLE_SECONDS. Twilio
 * publishes no bound.
 */
export const SETTLE_SECONDS = { least: 0.01, default: 60, most: 900 } as const;

/** The same, when Twilio itself answered (500 or 503 with its error body): the setting ANSWERED_SETTLE_SECONDS. */
export const ANSWERED_SETTLE_SECONDS = { least: 0.01, default: 10, most: 900 } as const;

/** A copy that may stand there is looked for at once, then after 1, 2, 4, 8 s, and then so often. */
export const LOOK_EVERY_AT_MOST_MS = 8_000;

// Lists: a message is listed at most ten minutes after its successors.

/**
 * An index that no list has shown for this time belongs to a message that is gone: a comparison drops the hole, and the
 * forwarder's cursor passes it.
 */
export const GONE_AFTER_MS = 10 * MINUTE_MS;

/** A list, or a look at one message, may be behind by seconds: a repair takes nothing younger than this for gone. */
export const SURELY_VISIBLE_MS = 2 * MINUTE_MS;

/** A look at one message or container that finds nothing is taken this many times more, at this distance. */
export const LOOKS = 4;
export const LOOK_AGAIN_SECONDS = 2;

/** A look, or a list of members or tasks, may be behind for so long. */
export const BEHIND_MS = LOOKS * LOOK_AGAIN_SECONDS * 1_000;

/** A link looks so often for the pair that made its channel; after that the pair's own link names the channel. */
export const ORIGIN_LOOKS = 10;

/** Lists may give times by the whole second. */
export const LISTED_TIME_MS = 1_000;

/**
 * The most that Twilio puts on one page of messages, members or interactions.
 * https://www.twilio.com/docs/conversations/api/conversation-message-resource
 */
export const TWILIO_PAGE = 100;

/** A lane's source is read newest first for this many pages; a longer stretch is read oldest first. */
export const SOURCE_PAGES = 10;

/** A container holds at most 1000 members (https://www.twilio.com/docs/conversations/conversations-limits). */
export const MEMBER_PAGES = 20;

/** The forwarder reads this many pages of a Proxy session; what lies behind them cannot be told. */
export const INTERACTION_PAGES = 20;

/** The most that TaskRouter puts on one page: all open chats of most accounts. */
export const TASKROUTER_PAGE = 1_000;

/** A sweep lists this many pages of open tasks. */
export const TASK_PAGES = 20;

/** The adapter reads no longer answer: a page of messages of 32 KB, each character escaped to six bytes. */
export const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;

// Clocks: they differ by seconds at most.

/** Proxy's clock against ours, and times of whole seconds. */
export const CLOCK_SLACK_MS = 5_000;

// Patience: when trying again is over.

/**
 * What only needs time is tried for this time. Then an event is deferred to its lane's dirty mark; a forward's outcome
 * that could not be looked up counts as unclear; a lane or a link that still waits is late.
 */
export const PATIENCE_MS = 15 * MINUTE_MS;

/**
 * Retry-After is obeyed for so long. One that says more, as the moment itself in the place of seconds, would silence an
 * account until this process ends, and on one machine the chat that met it for good.
 * https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export const LONGEST_PAUSE_SECONDS = PATIENCE_MS / 1_000;

/**
 * An event to a side that has been down for this time is deferred at once, and the sweep has what waits compared a
 * minute after the side is back at the latest. A shorter outage ends for all chats within 15 s: their events try again.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
export const SIDE_DOWN_MS = 90_000;

/** A message waits so often, at such steps, for the other lane to account its copies; then the lists are asked. */
export const ACCOUNTING_LOOKS = { times: 20, everyMs: 50 } as const;

/** A repair takes the jobs that it sent for ended after this time; earlier it says "unsure". */
export const JOB_ENDS_WITHIN_MS = MINUTE_MS;

/** An operator's command looks this often whether its jobs have ended. */
export const TICKET_LOOK_EVERY_MS = 500;

/** A lane gives a message up that was tried so often, in at least this time, if other chats get through. */
export const GIVE_UP = { tries: 10, afterMs: HOUR_MS } as const;

/** Other chats get through: one of them had a message copied within this time. */
export const GOT_THROUGH_WITHIN_MS = 15 * MINUTE_MS;

/** A copy is reverted this often within this time; then its edit is parked as `altered`. */
export const REVERTS = { times: 5, withinMs: HOUR_MS } as const;

/** No person types this many messages on one lane in this time: a pair that does is held. */
export const PACE = { messages: 240, withinMs: 4 * MINUTE_MS } as const;

/** A held pair goes on after this time, if no operator releases it before. */
export const HELD_MS = 30 * MINUTE_MS;

// The sweep: it runs every minute (contract.ts), for lost accepts first and then for pairs.

/** A run begins no call about lost accepts after this time; the call under way may take longer. */
export const ACCEPTS_MS = 9_500;

/** A run asks Twilio this many times about lost accepts: five a second. */
export const ACCEPT_READS = 300;

/** Between two of them. */
export const ACCEPT_PACE_MS = 30;

/** An accept that led to no link is looked at again when its chat has been open for twice as long, within these. */
export const ACCEPT_AGAIN_MS = { least: 10 * MINUTE_MS, most: DAY_MS } as const;

/** A task that no worker with an identity has accepted is looked at again after this time, or when it changes. */
export const NO_ACCEPT_MS = 10 * MINUTE_MS;

/** A pair whose last message is younger is active. */
export const ACTIVE_MS = DAY_MS;

/**
 * A pair in which nobody said or accepted anything for so long is at rest: its end never came, and it is compared no
 * more until something is said. So the list of quiet pairs holds a month's chats at most, not all that ever were.
 */
export const REST_MS = 30 * DAY_MS;

/** A run compares this many pairs: 2 000 active ones in under five minutes, 10 000 quiet ones in under an hour. */
export const SWEEP_SHARE = { active: 410, quiet: 179 } as const;

/** A message that no webhook told of by then has the lane compared: what Twilio tells takes less than a second. */
export const WEBHOOK_WITHIN_MS = 5_000;

/**
 * A pair costs two reads of Twilio, an active one four, for its members are read, too; and one begins this often: at
 * most 40 reads a second.
 */
export const SWEEP_PACE_MS = { active: 100, quiet: 50 } as const;
export const SWEEP_READS = { active: 4, quiet: 2 } as const;

/** A run that is behind its pace begins no pair sooner after the last one than so much before its turn. */
export const SWEEP_CATCH_UP = 0.9;

/** Open conversations are listed by so many pages of 100 in a run; what is on no page is asked for by itself. */
export const CONVERSATION_PAGES = 150;

/** What is found costs its lane a few reads more, at the same time: the run pauses so much longer for each. */
export const SWEEP_REPAIR_MS = 120;

/**
 * A pair that waits for nothing but to be compared once, as after linking, costs two jobs of two reads each: one such
 * pair is sent this often, beside the comparing, 420 a run, the rest by the next one. So is a pair whose link is to be
 * finished, and so is a job of the backlog, an accept mostly: both make conversations, 20 a second at most.
 */
export const SENT_BY_AND_BY_MS = 100;

/**
 * Twilio takes so many new conversations a second, of all chats of a service; the accepts that webhooks tell of are
 * among them.
 * https://www.twilio.com/docs/conversations/conversations-limits
 */
export const TWILIO_NEW_CHATS_A_SECOND = 30;

/** From its begin, a run sends no waiting job, begins no active, then no quiet pair after these times. */
export const SWEEP_END_MS = { waiting: 20_000, active: 41_800, quiet: 50_500 } as const;

/** No other run compares pairs within this time of a run's begin, unless that one has ended. */
export const SWEEP_LEASE_MS = 55_000;

// The end of a customer's SMS session, after the chat's.

/** Until then the end's own webhook may be on its way; what is composed besides is harmless. */
export const END_FIRST_LOOK_MS = MINUTE_MS / 2;

/** What went on to Flex's own webhook this long before the bridge ended a chat was of that end, not of an earlier. */
export const END_SAID_BEFORE_MS = HOUR_MS;

/** A session that stands so long after Flex's own webhook has heard of the end is ended by REST. */
export const END_BY_REST_MS = 5 * MINUTE_MS;

/** An end is looked at after half a minute, and then when it is twice as old, for so long. */
export const END_WATCHED_MS = DAY_MS;

/** A run looks at so many ends, each of three calls at most, at this distance, and begins none after the time. */
export const END_LOOKS = 100;
export const END_PACE_MS = 20;
export const ENDS_MS = 5_000;

// An operator's wish.

/** A process asks anew after this time in which mode each direction is. */
export const MODES_MS = 30_000;

// Agents: their presence.

/** A process looks an agent's twin up anew after this time: he may have got another name. */
export const TWIN_MS = 10 * MINUTE_MS;

/** A process reads the activities of a workspace anew after this time. */
export const ACTIVITIES_MS = 10 * MINUTE_MS;

/** Twins that a process remembers: of 15 000 workers, which a console allows, both. */
export const REMEMBERED_TWINS = 30_000;

/** An agent whom another run has in hand is looked at again after this time at most. */
export const LEASE_LOOK_SECONDS = 5;

/** A sweep lists this many pages of a workspace's workers. */
export const WORKER_PAGES = 20;

/** Between two of its reads about agents: jobs for pairs that were just compared read beside it. */
export const PRESENCE_PACE_MS = 50;

/** From its begin, a run asks nothing more about agents after this time: then the next one begins. */
export const PRESENCE_END_MS = MINUTE_MS;

/** A run asks this many of Frontline's users whether they are available: all of 500 within five minutes. */
export const USERS_A_RUN = 100;

/** A run sends jobs for this many agents, each of up to three reads and three writes. */
export const PRESENCE_JOBS = 50;

/** What changed within this time may still be on its way as a webhook. */
export const PRESENCE_RECENT_MS = 10_000;
// Agents: what is offered to them.

/** An offer that ended within this time may still be meant by a bare answer: then it is asked back. */
export const OFFER_RECENT_MS = MINUTE_MS;

/** An answer to what is over is understood for this time, of so many offers; till then no other has their numbers. */
export const OFFER_REMEMBERED_MS = 10 * MINUTE_MS;
export const OFFERS_REMEMBERED = 20;

/** From its begin, a run of the sweep asks nothing about offers after this time: accepts and pairs come after them. */
export const OFFERS_MS = 2_500;

/** A run of the sweep asks so often for the reservations of tasks that wait for an answer, and at this distance. */
export const OFFER_READS = 80;
export const OFFER_PACE_MS = 30;

/**
 * An offer that no run could note is looked at again when it waits for twice as long, and then this often: its agent
 * has no user in Frontline, or the side was down.
 */
export const OFFER_AGAIN_MS = 10 * MINUTE_MS;

// Chats that an agent begins in Frontline.

/**
 * In a conversation that a customer begins, his message is listed at most so long after whoever joined it last. An
 * assumption, the one made of all lists: what is missing is not lost before half of SETTLE is over. An agent who begins
 * waits for nothing, for he writes.
 */
export const INBOUND_SHOWS_MS = 30_000;

/** A conversation that has no customer and agent for so long is nobody's start. */
export const BOTH_WITHIN_MS = 10 * MINUTE_MS;

/** A message that Conversations carried to a phone has its receipt within this time. An assumption. */
export const RECEIPTS_WITHIN_MS = 3_000;

/**
 * A sweep lists so many pages of conversations that were made within this time, beside those of unfinished starts.
 * Where there are more, the next one looks back half as long, down to the least, and then by and by longer again.
 */
export const START_PAGES = 10;
export const START_RECALL_MS = 3 * DAY_MS;
export const START_RECALL_LEAST_MS = 10 * MINUTE_MS;

/** From its begin, a run of the sweep lists no new conversations after this time. */
export const STARTS_MS = 4_000;

/**
 * A stray conversation is looked at so often, of two lists each time: within five minutes what was said there has
 * joined its chat. One in which nothing was said for so long is quiet, as pairs are.
 */
export const STRAY_EVERY_MS = { active: 2 * MINUTE_MS, quiet: HOUR_MS / 2 } as const;
export const STRAY_QUIET_MS = DAY_MS;

// The forwarder and what the sweep recalls for it.

/** After this time an SMS would surprise more than its absence: the forwarder gives it up. */
export const FORWARD_POINTLESS_MS = DAY_MS;

/** Within one delivery the forwarder waits this long at most for a side that asked to be left alone. */
export const FORWARD_WAIT_SECONDS = 10;

/**
 * After a 500 or 503 of Flex's own webhook: what its Proxy session does not list by then is posted again, and said to
 * be perhaps sent twice. No proof, as SETTLE's end would be: a second SMS is better than one that comes a minute late.
 */
export const FORWARD_ANSWERED_MS = 5_000;

/** A post that can double nothing is made again after as long as it has been tried, at least and at most so long. */
export const FORWARD_HARMLESS_MS = { least: 1_000, most: 4_000 } as const;

/**
 * What has been tried for longer waits for a quarter of that time, or in an outage each try would sound like a double.
 */
export const FORWARD_PATIENT_SHARE = 1 / 4;

/**
 * A forward is received this often, and from then on only so many seconds after the last time: SQS hands a message out
 * a thousand times, and this one's line must hold for a day.
 */
export const FORWARD_RECEIVES = { hurried: 200, thenEverySeconds: 120 } as const;

/** A younger message is not recalled: its webhook may still be on its way, or its forward under way. */
export const FORWARD_RECENT_MS = 5 * MINUTE_MS;

/** Where more was said than the newest page shows, a run reads so many pages more of a channel for it. */
export const FORWARD_PAGES = 5;

/** A channel's line is alive for this time after its head must have been tried again, whatever hindered that. */
export const FORWARD_ALIVE_MS = 5 * MINUTE_MS;

/**
 * An older message is not recalled, for it was parked long ago. After a day an SMS is pointless, but only the forwarder
 * parks it then, so it is still recalled.
 */
export const FORWARD_RECALL_MS = 7 * DAY_MS;

// Numbers at once: DynamoDB's conditional writes.

/**
 * One change writes this many places at most: DynamoDB bounds an expression at 4 KB of text and 300 operators.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
 */
export const MOST_PATHS = 200;

/** One write notes this many indices as holes at most. */
export const HOLES_AT_ONCE = 50;

/** One write takes this many old holes and applied edits away at most. */
export const DROPS_AT_ONCE = 100;

/** Items that one read of a list asks the store for. */
export const ITEMS_A_PAGE = 100;

/** Rows of one lane that one read of the ledger asks the store for. */
export const ROWS_A_PAGE = 500;

/** Jobs of the backlog that a sweep reads at once. */
export const BACKLOG_A_PAGE = 20;

/** Pairs of which a lane that gives up looks whether they get through. */
export const OTHER_PAIRS = 20;

/** Pairs that a sweep compares side by side, and those whose jobs it puts on their queues together. */
export const SWEPT_AT_ONCE = 20;
export const JOBS_AT_ONCE = 50;

/** Open chats that a sweep looks up in the store side by side. */
export const CHATS_AT_ONCE = 25;

/** Pairs, tickets and lanes that an operator's command reads, or sends to, side by side. */
export const PAIRS_AT_ONCE = 50;
export const TICKETS_AT_ONCE = 25;
export const LANES_AT_ONCE = 20;

/** Containers whose pairs a process remembers. */
export const REMEMBERED_CONTAINERS = 20_000;

/**
 * Characters of a name by which a queue knows a second message.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const DEDUPE_CHARACTERS = 128;

/** Of a pair whose chat has ended, and its rows' alias: so long an operator can still ask what became of it. */
export const CLOSED_PAIR_SECONDS = 30 * 24 * 3600;

/** So long somebody may be missing in Frontline while his successor is on his way: a transfer is two steps there. */
export const SUCCESSOR_WITHIN_MS = 45_000;

/** Who has come in in Frontline is offered the chat in Flex so soon after his task was made, or it is handed back. */
export const HANDOVER_MS = 2 * MINUTE_MS;

/** A timer closes a conversation about when it is due; a person hardly ever does within so long of it. */
export const TIMER_SLACK_MS = 60_000;
