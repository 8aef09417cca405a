/** What agents are told in their System conversations: each request and each end once, and one word for each answer. */
import type { DefaultAgent } from '../local-twilio/defaults.ts';
import { firstText } from './chronicle.ts';
import { type OfferLog, TWINS } from './story-offers.ts';
import type { SimWorld } from './world.ts';

/** The bridge says other things there, too: of those others judge. */
const aboutOffers = /chat request|^Please answer by/;

/**
 * @param beyond a line may have been written after it was settled that there is none, and nobody takes it back
 * @returns what is wrong, a line each
 */
export const systemProblems = (world: SimWorld, log: OfferLog, beyond: boolean): readonly string[] =>
  TWINS.flatMap((agent) =>
    toldTo(world, agent, log, beyond ? 2 : 1).map((problem) => `System of ${agent.name}: ${problem}`),
  );

const toldTo = (world: SimWorld, agent: DefaultAgent, log: OfferLog, each: number): readonly string[] => {
  const told = world.twilio.reads
    .containers('frontline')
    .filter(({ attributes }) => attributes.includes(`"bridgeSystemOf":"${agent.flexWorkerSid}"`))
    .flatMap(({ sid }) => world.chronicle.of(sid))
    .filter(({ author }) => author !== agent.email)
    .map(firstText);
  const offered = log.offered.filter(({ worker }) => worker === agent.flexWorkerSid).map(({ customer }) => customer);
  const answers = log.answered.filter(({ worker }) => worker === agent.flexWorkerSid).length;
  const wrong: string[] = [];
  const requests = told.filter((text) => text.startsWith('You have an incoming chat request'));
  for (const customer of new Set(offered)) {
    const times = requests.filter((text) =>
      text.startsWith(`You have an incoming chat request from ${customer}. `),
    ).length;
    const most = offered.filter((one) => one === customer).length;
    if (times > most * each) wrong.push(`is told ${times} times of ${customer}, who was offered ${most} times`);
    world.meter.met('offer told', times);
  }
  // Of each that was told its end, once; and to each answer one word.
  const others = told.filter((text) => aboutOffers.test(text)).length - requests.length;
  if (others > (requests.length + answers) * each)
    wrong.push(`is told ${others} things more, of ${requests.length} requests and ${answers} answers`);
  return wrong;
};
