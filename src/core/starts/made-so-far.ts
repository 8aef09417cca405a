/** What each step of a start is handed, and what it gives back. */
import type { BridgeDeps } from '../deps.ts';
import { mayOutlast, type Run } from '../jobs/run.ts';
import { textField } from '../model/json.ts';
import { leaseLost, lookAgain, type Outcome, retry, type Skipped } from '../model/outcome.ts';
import { INBOUND_SHOWS_MS } from '../model/times.ts';
import type { Container, Participant } from '../ports/chat.ts';
import type { Outbound } from '../ports/outbound.ts';
import type { TaskSide } from '../ports/tasks.ts';
import { forgetIntent, type Made, type MakeIntent, noteMade, type Start } from '../state/starts.ts';

/** What the settings must give so that a chat can be begun at all. */
export type StartDeps = BridgeDeps & { readonly tasks: TaskSide };

/** The conversation as it is now. */
export type StartScene = {
  readonly run: Run;
  readonly outbound: Outbound | undefined;
  readonly conversation: Container;
  readonly participants: readonly Participant[];
};

/** Why there will be no chat of Flex's. `code`: Twilio's error. */
export type GivenUp = { readonly gaveUp: Skipped; readonly code?: number | undefined };
export const gaveUp = (why: Skipped, code?: number): GivenUp => ({ gaveUp: why, code });

/** @returns the start as it stands then; how the run ends; or that it is given up. @throws TwilioError */
export type StartStep = (deps: StartDeps, start: Start, scene: StartScene) => Promise<Start | Outcome | GivenUp>;

export const noted = async (deps: BridgeDeps, start: Start, made: Made): Promise<Start | Outcome> =>
  (await noteMade(deps, start, made)) ?? leaseLost();

/**
 * Noted before the call, whose answer may be lost: who tries again, or gives the start up, must know that something may
 * have been made. @returns the start as it stands then; how the run ends when the call could leave too late.
 */
export const willMake = async (deps: StartDeps, start: Start, intent: MakeIntent): Promise<Start | Outcome> => {
  const now = deps.clock.now();
  const notAfter = now + deps.settings.leaseMs;
  const intended = await noteMade(deps, start, { [intent]: notAfter + deps.settings.settleMs });
  if (intended === undefined) return leaseLost();
  if (!mayOutlast(deps, notAfter)) return intended;
  // An earlier call may still be carried out.
  if ((start[intent] ?? 0) <= now) await forgetIntent(deps, intended, intent);
  return retry(1, 'lease_too_short');
};

/** The phone, while it is bound to the conversation. */
export const phoneOf = ({ phone }: Start, { participants }: StartScene): Participant | undefined =>
  participants.find(({ sid }) => sid === phone);

/** The list of a young conversation may be behind. */
export const mayBeUnlisted = ({ clock }: StartDeps, { conversation: { createdAt = 0 } }: StartScene): boolean =>
  clock.now() < createdAt + INBOUND_SHOWS_MS;

/** Whoever took the customer out meant something else. */
export const withoutPhone = (deps: StartDeps, scene: StartScene): Outcome | GivenUp =>
  mayBeUnlisted(deps, scene) ? lookAgain() : gaveUp('not_one_customer');

/** From then on Frontline's number carries nothing to him: nothing but Flex does. */
export const mayBeOut = (start: Start, scene: StartScene): boolean =>
  start.swappedAt !== undefined ||
  (start.reservation !== undefined && start.phone !== undefined && phoneOf(start, scene) === undefined);

/** As the agent sees him; a name is never empty where Flex needs one. */
export const customersName = (start: Start, { conversation, participants }: StartScene): string => {
  const himself =
    phoneOf(start, { participants } as StartScene) ?? participants.find((one) => one.identity === start.customer);
  return (
    textField(himself?.attributes ?? '', 'display_name') || conversation.friendlyName || himself?.address || 'Customer'
  );
};
