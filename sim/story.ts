/** One chat that is offered, changes hands and ends, as it was played: what happened in it, by which it is judged. */
import type { Played } from './played.ts';

export type EndHow = 'inactive' | 'task' | 'deleted' | 'closed';

export type Ending = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `closed`: by a person in Frontline. The others in Flex: by the agent, by the task alone, the channel deleted. */
  readonly how: EndHow;
};

export type Story = Played & {
  readonly name: string;
  /** By people, in order. */
  readonly endings: Ending[];
  /** When its customer came back, in milliseconds. */
  readonly returns: number[];
  readonly tasks: readonly string[];
};

/** Whether people had ended it by then, and the customer had not come back. */
export const wasEnded = ({ endings, returns }: Pick<Story, 'endings' | 'returns'>, at: number): boolean => {
  const last = Math.max(...endings.filter((one) => one.at <= at).map((one) => one.at));
  return last > Math.max(0, ...returns.filter((one) => one <= at));
};

/** How people ended it for good, by then: undefined when it goes on. */
export const lastEnding = (story: Pick<Story, 'endings' | 'returns'>, at: number): Ending | undefined =>
  wasEnded(story, at) ? story.endings.findLast((one) => one.at > Math.max(0, ...story.returns)) : undefined;

/** By a channel's attributes. */
export const statusIn = (attributes: string): unknown => JSON.parse(attributes).status;
