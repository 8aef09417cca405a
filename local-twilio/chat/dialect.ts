import type { Actor, Container } from '../model.ts';
import { problems, type TwilioProblem } from '../problem.ts';

/** One thing, two APIs: they differ in the codes they refuse with. */
export type ApiName = 'chat' | 'conversations';

/** How a change is made. `announce`: the webhooks hear of it. */
export type Way = { readonly by: Actor; readonly announce: boolean; readonly dialect: ApiName };

export const refusedWith = {
  chat: {
    notFound: problems.channelNotFound,
    exists: problems.channelExists,
    memberExists: problems.memberExists,
    memberNotFound: problems.memberNotFound,
    tooMany: problems.tooManyChatActions,
  },
  conversations: {
    notFound: problems.conversationNotFound,
    exists: problems.conversationExists,
    memberExists: problems.participantExists,
    memberNotFound: problems.participantNotFound,
    tooMany: problems.tooManyActions,
  },
} as const satisfies Record<ApiName, Record<string, () => TwilioProblem>>;

/** A person's action; always announced. */
export const bySdk = (identity: string, dialect: ApiName): Way => ({
  by: { source: 'SDK', identity },
  announce: true,
  dialect,
});

/** Closed is final: nothing can be written there any more. */
export const mustBeOpen = (container: Container): void => {
  if (container.state === 'closed') throw problems.closed();
};
