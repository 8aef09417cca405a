/** What each run plays beside its ordinary chats. */
import { playAgents } from './agents.ts';
import type { Behaviour } from './behaviour.ts';
import { HANDOVERS } from './handovers.ts';
import { agentProblems } from './judge-agents.ts';
import { MODES_SWITCHED } from './modes.ts';
import { STARTS } from './starts.ts';
import { MANY_STORIES, STORIES } from './stories.ts';

const PRESENCE: Behaviour = {
  name: 'agents',
  expected: [
    'agent goes in Flex',
    'agent kept by an offer',
    'agent wavers',
    'agent switches both',
    'agent switches worker',
    'agent switches user',
    'offer rejected',
    'offer timed out',
    'event deferred (pending_offer)',
    'event skipped (superseded)',
    'event skipped (unmapped_activity)',
    'event skipped (sent_on)',
  ],
  play: (world, dice) => {
    const { wish, wishes } = playAgents(world, dice);
    const problems = (read: typeof world) => agentProblems(read, wishes());
    return { chats: [], finished: () => true, calm: wish, problems };
  },
};

const OTHERS: readonly Behaviour[] = [PRESENCE, HANDOVERS, STARTS, MODES_SWITCHED];

/** Of every run. */
export const BEHAVIOURS: readonly Behaviour[] = [...OTHERS, STORIES];

/** Of runs of the mode `stories`. */
export const WITH_MANY_STORIES: readonly Behaviour[] = [...OTHERS, MANY_STORIES];
