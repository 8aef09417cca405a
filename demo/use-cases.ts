/** The use cases of the older app, each in one chat, with how it must have ended on both sides. */
import { AGENTS } from '../local-twilio/defaults.ts';
import type { Config } from '../src/runtime/settings.ts';
import { accepted, handedOver, keptByAnn, type MeantEnding, over, request, wentAway } from './endings.ts';
import type { ChatScene } from './scene.ts';

export type UseCase = {
  readonly name: string;
  readonly about: string;
  /** Of the bridge's settings what is not as usual. */
  readonly config?: Partial<Config>;
  readonly play: (scene: ChatScene) => Promise<void>;
  /** @param customer as the agents are told of him */
  readonly ends: (customer: string) => MeantEnding;
};

const { ann, ben } = AGENTS;
const offer = async (scene: ChatScene): Promise<void> => {
  scene.customerBegins('hello');
  await scene.isOffered(ann);
};
const accept = async (scene: ChatScene): Promise<void> => {
  await offer(scene);
  await scene.acceptsInFlex(ann);
};
const transfer = async (scene: ChatScene, how: 'cold' | 'warm'): Promise<void> => {
  await accept(scene);
  await scene.writesInFlex(ann, 'my colleague knows more');
  await scene.transfersInFlex(ann, ben, how);
  await scene.acceptsInFlex(ben);
  if (how === 'warm') await scene.leavesInFlex(ann);
  await scene.customerWrites('who is it now?');
  await scene.writesInFrontline(ben, 'Ben here');
};

/** She goes, and her chat stays hers. */
const goAway = async (scene: ChatScene, where: 'Flex' | 'Frontline'): Promise<void> => {
  await accept(scene);
  await scene.goesTo('Unavailable', ann, where);
  await scene.customerWrites('are you there?');
};

export const USE_CASES: readonly UseCase[] = [
  {
    name: 'offer',
    about: 'A chat is offered to an agent in Flex, and he is told of it in Frontline.',
    play: offer,
    ends: (customer) => ({
      ...accepted(customer),
      ...{ inFrontline: 'no', agents: [] },
      tasks: ['reserved (Ann: pending)'],
      told: { Ann: [request(customer)] },
    }),
  },
  {
    name: 'accept-in-flex',
    about: 'The agent accepts in Flex, and the chat stands in Frontline too.',
    play: accept,
    ends: accepted,
  },
  {
    name: 'accept-in-frontline',
    about: 'The agent accepts in Frontline, and has the chat in both.',
    play: async (scene) => {
      await offer(scene);
      await scene.answersInFrontline(ann, '1');
    },
    ends: (customer) => ({
      ...accepted(customer),
      told: { Ann: [request(customer), over(customer, 'You have accepted it.')] },
    }),
  },
  {
    name: 'decline-in-frontline',
    about: 'The agent declines in Frontline, and the chat waits for somebody else.',
    play: async (scene) => {
      await offer(scene);
      await scene.answersInFrontline(ann, '2');
    },
    ends: (customer) => ({
      ...accepted(customer),
      ...{ inFrontline: 'no', agents: [] },
      tasks: ['pending (Ann: rejected)'],
      told: { Ann: [request(customer), over(customer, 'You have declined it.')] },
    }),
  },
  {
    name: 'accept-at-once',
    about: 'With AUTO_ACCEPT_TASKS=true the chat is accepted for the agent, and nobody asks him.',
    config: { acceptsOffers: true },
    play: async (scene) => {
      scene.customerBegins('hello');
      await scene.isGiven(ann);
    },
    ends: (customer) => ({ ...accepted(customer), told: {} }),
  },
  {
    name: 'talk',
    about: 'The agent reads and answers in either app.',
    play: async (scene) => {
      await accept(scene);
      await scene.customerWrites('my parcel is late', 'it is number 7');
      await scene.writesInFlex(ann, 'I look for it');
      await scene.customerWrites('thank you');
      await scene.writesInFrontline(ann, 'it is on its way');
    },
    ends: (customer) => ({
      ...accepted(customer),
      said: [
        'Customer: hello',
        'Customer: my parcel is late',
        'Customer: it is number 7',
        'Ann: I look for it',
        'Customer: thank you',
        'Ann: it is on its way',
      ],
    }),
  },
  {
    name: 'transfer',
    about: 'The agent hands the chat over in Flex, and it changes hands in Frontline too.',
    play: (scene) => transfer(scene, 'cold'),
    ends: handedOver,
  },
  {
    name: 'warm-transfer',
    about: 'The same, and both agents have the chat until the first one leaves it.',
    play: (scene) => transfer(scene, 'warm'),
    ends: handedOver,
  },
  {
    name: 'transfer-in-frontline',
    about: 'The agent hands the chat over in Frontline, and the other one has it in Flex too.',
    play: async (scene) => {
      await accept(scene);
      await scene.writesInFrontline(ann, 'my colleague knows more');
      await scene.transfersInFrontline(ann, ben);
      await scene.customerWrites('who is it now?');
      await scene.writesInFlex(ben, 'Ben here');
    },
    // He has taken it already: nothing is asked of him.
    ends: (customer) => ({ ...handedOver(customer), told: accepted(customer).told }),
  },
  {
    name: 'refuse-transfer',
    about:
      'With DISABLE_FRONTLINE_TRANSFER=true the agent keeps a chat that he hands over in Frontline, and is told why.',
    config: { refusesHandovers: true },
    play: async (scene) => {
      await accept(scene);
      await scene.isRefusedTransfer(ann, ben);
      await scene.customerWrites('who is it now?');
      await scene.writesInFrontline(ann, 'still Ann');
    },
    ends: keptByAnn,
  },
  {
    name: 'presence-in-flex',
    about: 'The agent is away in Flex, and so in Frontline.',
    play: (scene) => goAway(scene, 'Flex'),
    ends: wentAway,
  },
  {
    name: 'presence-in-frontline',
    about: 'The agent is away in Frontline, and so in Flex.',
    play: (scene) => goAway(scene, 'Frontline'),
    ends: wentAway,
  },
  {
    name: 'begin-in-frontline',
    about: 'The agent begins a conversation in Frontline, and it is a chat of Flex, too.',
    play: async (scene) => {
      await scene.agentBegins(ann, 'your parcel is here');
      await scene.customerWrites('thank you');
      await scene.writesInFrontline(ann, 'good bye');
    },
    // He has begun it himself: nothing is asked of him.
    ends: (customer) => ({
      ...accepted(customer),
      ...{ said: ['Ann: your parcel is here', 'Customer: thank you', 'Ann: good bye'], told: {} },
    }),
  },
  {
    name: 'end-in-flex',
    about: 'The agent ends the chat in Flex, and it is ended in Frontline.',
    play: async (scene) => {
      await accept(scene);
      await scene.writesInFlex(ann, 'good bye');
      await scene.endsInFlex(ann);
    },
    ends: (customer) => ({
      ...accepted(customer),
      ...{ state: 'ended', said: ['Customer: hello', 'Ann: good bye'] },
      tasks: ['wrapping (Ann: wrapping)'],
    }),
  },
  {
    name: 'end-in-frontline',
    about: 'The agent ends the chat in Frontline, and it is ended in Flex.',
    play: async (scene) => {
      await accept(scene);
      await scene.writesInFrontline(ann, 'good bye');
      await scene.endsInFrontline(ann);
    },
    ends: (customer) => ({
      ...accepted(customer),
      ...{ state: 'ended', said: ['Customer: hello', 'Ann: good bye'] },
      tasks: ['completed (Ann: completed)'],
    }),
  },
];
