import type { Actor, Container, ConversationState, Member, Message } from '../model.ts';

/** Something that changed in a chat; told to those who have a webhook for it. */
export type Happening = {
  readonly container: Container;
  readonly by: Actor;
  /** Milliseconds since 1970. */
  readonly at: number;
} & (
  | { readonly about: 'message'; readonly change: HappeningKind; readonly message: Message }
  | { readonly about: 'member'; readonly change: HappeningKind; readonly member: Member }
  | { readonly about: 'container'; readonly change: HappeningKind }
  | {
      readonly about: 'state';
      readonly from: ConversationState;
      readonly to: ConversationState;
      readonly reason: 'API' | 'TIMER' | 'EVENT';
    }
);

export type HappeningKind = 'added' | 'updated' | 'removed';
