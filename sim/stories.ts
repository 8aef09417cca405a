import type { Behaviour } from './behaviour.ts';
import { storyProblems } from './judge-stories.ts';
import { systemProblems } from './judge-system.ts';
import { playStory } from './play-story.ts';
import type { OfferLog } from './story-offers.ts';
import { drawStory } from './story-plan.ts';

/** @param counts how many are played: each run draws one of these */
const storiesOf = (counts: readonly number[]): Behaviour => ({
  name: 'stories',
  expected: [
    'story ended: inactive',
    'story ended: task',
    'story ended: deleted',
    'story ended: closed',
    'story goes on',
    'story: ends, both',
    'story: ends, canceled',
    'story: ends, timer and inactive',
    'story: cold transfer taken',
    'story: warm transfer taken',
    'story: leaves in Flex',
    'story: leaves in Frontline',
    'story: timer',
    'story: customer comes back',
    'offer told',
    'offer answered in Frontline, in Frontline',
    'offer answered in Frontline, in words',
    'offer answered in Frontline, twice',
    'offer answered in Frontline, in both',
    'offer answered in Frontline, declined',
    'offer of a chat ended: rejects',
    'offer of a chat ended: letsTimeOut',
    'offer of a chat ended: isRescinded',
    'event agreed (ended)',
    'event agreed (agents)',
    'event agreed (next_generation)',
    'event deferred (draining)',
  ],
  config: (dice) => ({ acceptsOffers: dice.chance(0.25) }),
  play: (world, dice) => {
    const log: OfferLog = { offered: [], answered: [] };
    const stories = Array.from({ length: dice.pick(counts) }, (_, n) => {
      const mine = dice.fork(`story ${n}`);
      return playStory(world, mine, drawStory(mine), n + 1, log);
    });
    return {
      chats: stories,
      finished: () => stories.every((story) => story.finished()),
      calm: () => {
        for (const story of stories) {
          const how = dice.pick(['inactive', 'closed', 'task', 'deleted', 'never', 'never'] as const);
          if (how !== 'never') story.ends(how);
        }
      },
      problems: async (read, beyond) => {
        const wrong = [...systemProblems(read, log, beyond)];
        for (const [n, story] of stories.entries())
          for (const problem of await storyProblems(read, story, beyond))
            wrong.push(`story ${n + 1} (${story.channel}): ${problem}`);
        return wrong;
      },
    };
  },
});

/** Chats that are offered, change hands and end. */
export const STORIES = storiesOf([0, 0, 0, 0, 0, 1, 2]);

/** In most runs, for who looks for what goes wrong with them. */
export const MANY_STORIES = storiesOf([0, 1, 1, 2]);
