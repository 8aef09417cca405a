/** Where mutations start: recorded webhooks, made to be about the bridge's chat and people. */
import { AGENTS, FLEX } from '../local-twilio/defaults.ts';
import type { Route } from '../src/contract.ts';
import type { Side } from '../src/core/model/event.ts';
import { fixture, fixturesOf } from '../test/fixtures/webhooks/read.ts';
import type { Facts } from './bridge.ts';
import { IDENTITY, NAME, TEXT } from './marks.ts';
import { config } from './settings.ts';

export type Seed = {
  readonly name: string;
  readonly path: Route;
  readonly signer: Side;
  readonly params: readonly (readonly [name: string, value: string])[];
};

const routes = {
  chat: '/chat-to-frontline',
  conversations: '/frontline-to-chat',
  taskrouter: '/taskrouter-handler',
} as const satisfies Readonly<Record<string, Route>>;
type Product = keyof typeof routes;

/** Where a webhook holds what people are called or wrote. */
const personal: Readonly<Record<string, string>> = {
  Body: TEXT,
  FriendlyName: NAME,
  WorkerName: NAME,
  EventDescription: NAME,
  MediaFilename: `${NAME}.pdf`,
};

const replaced = (product: Product, facts: Facts, name: string, value: string): string => {
  const message = product === 'chat' ? facts.flexMessage : facts.frontlineMessage;
  const side = product === 'conversations' ? 'frontline' : 'flex';
  switch (name) {
    case 'AccountSid':
      return config[side].accountSid;
    case 'InstanceSid':
    case 'ChatServiceSid':
      return config[side].serviceSid;
    case 'ChannelSid':
      return facts.channel;
    case 'ConversationSid':
      return facts.conversation;
    case 'MessageSid':
      return message.sid;
    case 'Index':
      return String(message.index);
    case 'TaskSid':
      return facts.task;
    case 'ReservationSid':
      return facts.reservation;
    case 'WorkspaceSid':
      return FLEX.workspaceSid;
    case 'WorkerSid':
      return AGENTS.ann.flexWorkerSid;
    case 'TaskAttributes':
      return JSON.stringify({ ...JSON.parse(value), channelSid: facts.channel, name: NAME, from: NAME });
    default:
      return personal[name] ?? value;
  }
};

/**
 * Of Conversations some name their author by e-mail address, of Chat by Flex's spelling: one fixture each is marked.
 */
const authors: Readonly<Record<string, string>> = {
  'chat/onMessageSent.web-customer': IDENTITY,
  'conversations/onMessageUpdated': NAME,
};

/** What the bridge reads to the end comes more often than what it has no use for. */
const often = /\/on(Media)?Message(Sent|Added|Updated|Removed)|\/onChannel(Updated|Destroyed)$/;
const timesOf = (name: string): number => {
  if (name === 'taskrouter/reservation.accepted') return 8;
  return often.test(name) ? 4 : 1;
};

/** Of TaskRouter's events only an accept is read further than its name: these stand for the others of no use. */
const standIns = /^taskrouter\/(reservation\.(accepted|created)|task\.(canceled|completed)|worker\.activity\.update)$/;
const isSeed = (name: string): boolean => !name.startsWith('taskrouter/') || standIns.test(name);

/** Each at least once. */
export const seedsFor = (facts: Facts): readonly Seed[] =>
  everyFixture(facts).flatMap((seed) => Array<Seed>(timesOf(seed.name)).fill(seed));

const everyFixture = (facts: Facts): readonly Seed[] =>
  (Object.keys(routes) as Product[]).flatMap((product) =>
    fixturesOf(product)
      .filter(isSeed)
      .map((name): Seed => {
        const author = authors[name];
        const params = Object.entries(fixture(name)).map(([parameter, value]) => {
          if (author !== undefined && (parameter === 'From' || parameter === 'Author'))
            return [parameter, author] as const;
          return [parameter, replaced(product, facts, parameter, value)] as const;
        });
        return { name, path: routes[product], signer: product === 'conversations' ? 'frontline' : 'flex', params };
      }),
  );
