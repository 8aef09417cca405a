/** A minimal scenario of the kill pass (kill.ts): one kind of event, and what must be so in the end. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { Story } from './story.ts';
import type { SimWorld } from './world.ts';

export type ScenarioAct = (world: SimWorld, chat: Story) => void;

export type Scenario = {
  readonly name: string;
  readonly kind: 'web' | 'sms';
  readonly history: number;
  /** What happens once the chat is linked; every step of it is a second after the one before. */
  readonly acts: readonly ScenarioAct[];
  /** The link was killed at every step by another scenario. */
  readonly linked?: true;
  /** Only sweeps are killed: what they bring about was killed at every step by another scenario. */
  readonly sweeps?: true;
  /** Nobody accepts the chat before its acts. */
  readonly unaccepted?: true;
  /** Nobody with a twin ever accepts the chat. */
  readonly alone?: true;
  /** Of the bridge. */
  readonly config?: Partial<Config>;
  /** Who serves the chat in the end, where it is not who accepted it. */
  readonly handedTo?: DefaultAgent;
  /** Its acts end the chat: how it ended is judged, not that it goes on. */
  readonly ends?: true;
  /** What else is wrong in the end, a line each. */
  readonly problems?: (world: SimWorld, chat: Story) => readonly string[] | Promise<readonly string[]>;
};
