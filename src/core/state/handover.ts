/**
 * A chat that is handed over in Frontline: an agent has come into the conversation, and is on his way into Flex. One at
 * a time, written by the pair's own job alone (agreed.ts):
 *
 *   none ── he has come ──> begun ── a task stands ──> task ── he serves on both sides ──> none
 *              │              │                          │
 *              └──────────────┴──── it cannot be ────────┴──> refused ── put back, and told ──> none
 */
import type { TaskSid, WorkerSid } from '../model/sids.ts';

/** Why a chat is handed back. */
export type HandoverRefusal =
  | 'setting' // DISABLE_FRONTLINE_TRANSFER
  | 'no_twin' // he is no agent of Flex
  | 'declined' // his reservation was rejected, has timed out, or was taken from him
  | 'not_taken' // TaskRouter has not offered it to him
  | 'refused'; // Twilio takes no such task, or not him

export type Handover = {
  /** Only grows within a pair. */
  readonly number: number;
  /** Milliseconds since 1970: when he had come, and then when his task stood. */
  readonly since: number;
  /** His identity as Flex spells it. */
  readonly identity: string;
  /** His worker in Flex; undefined: he has none. */
  readonly worker?: WorkerSid | undefined;
  readonly task?: TaskSid | undefined;
  /** The task is none of the bridge's: Flex has offered him the chat, and goes on to the next agent without him. */
  readonly byFlex?: boolean | undefined;
  /** Milliseconds: after this moment the run that makes the task makes none any more. */
  readonly notAfter: number;
  /** Milliseconds: a task that is not seen by then is not there; 0: none is being made. */
  readonly settlesAt: number;
  readonly refused?: HandoverRefusal | undefined;
};

export const writeHandover = (handover: Handover): string => JSON.stringify(handover);

export const readHandover = (text: string | undefined): Handover | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Handover);
