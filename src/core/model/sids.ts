/**
 * Twilio's names for things: two letters that say what it is, and 32 hexadecimal digits. The types hold the letters, so
 * that no message is taken for a chat; the digits are checked where a SID comes in.
 * https://www.twilio.com/docs/glossary/what-is-a-sid
 */
export type AccountSid = `AC${string}`;
/** A chat service's or a Conversations service's. */
export type ServiceSid = `IS${string}`;
/** A Flex channel. */
export type ChannelSid = `CH${string}`;
/** A Frontline conversation. */
export type ConversationSid = `CH${string}`;
/** Either: Twilio gives both the same letters. */
export type ContainerSid = ChannelSid | ConversationSid;
export type MessageSid = `IM${string}`;
export type TaskSid = `WT${string}`;
export type ReservationSid = `WR${string}`;
export type WorkerSid = `WK${string}`;
export type ActivitySid = `WA${string}`;
export type WorkspaceSid = `WS${string}`;
export type WorkflowSid = `WW${string}`;
/** A flow of the Flex API, by which channels are made. */
export type FlowSid = `FO${string}`;
/** A Proxy session. */
export type SessionSid = `KC${string}`;

/**
 * What a copy is made of: a person's message, or a notice, which has a name of the same form (copies/notice-text.ts).
 */
export type SourceSid = MessageSid | `notice#${string}`;

/** One of zeros only is a blank that people put in place of a SID. */
export const isSid = <Letters extends string>(letters: Letters, text: unknown): text is `${Letters}${string}` =>
  typeof text === 'string' &&
  text.length === 34 &&
  text.startsWith(letters) &&
  /^[0-9a-f]{32}$/.test(text.slice(2)) &&
  !/^0+$/.test(text.slice(2));
