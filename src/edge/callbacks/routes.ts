/** The paths that Frontline's app and the page that asks for agents come to. */
import type { CallbackAccounts } from '../../adapters/twilio/callback-accounts.ts';
import { AVAILABILITY, type Callback } from '../../contract.ts';
import type { AskDeps } from '../../core/agents/ask-for-agent.ts';
import { createPairIds } from '../../core/state/pair-ids.ts';
import type { Config } from '../../runtime/settings.ts';
import type { TemplateCategory } from '../../templates.ts';
import { type Answer, failed, unavailable } from '../answer.ts';
import { availabilityRow } from '../availability.ts';
import type { Answerer, RouteRow, Routes, SignedRow } from '../endpoint.ts';
import { answerCrm } from './crm.ts';
import { answerOutgoing } from './outgoing.ts';
import { answerTemplates } from './templates.ts';

export type CallbackDeps = AskDeps & {
  readonly config: Pick<Config, 'callbacks'>;
  readonly accounts: CallbackAccounts;
  readonly templates: readonly TemplateCategory[];
};

/** Frontline waits 6 s (https://www.twilio.com/docs/api/errors/48005); the rest is the way there and back. */
const WITHIN_MS = 5_200;

/** What takes too long is what was asked: an account, or the CRM. */
const trouble = (why: string): Answer =>
  why === 'too_late' ? unavailable('twilio', why) : { ...failed(why), text: 'failed, try again' };

export const callbackRoutes = (deps: CallbackDeps): Routes => {
  const { callbacks } = deps.config;
  const find = { accounts: deps.accounts, store: deps.store, pairs: createPairIds(deps.store) };
  const signed = (answer: Answerer): SignedRow => ({
    callers: { accounts: ['frontline'], sendAccountSid: false },
    ...{ answer, trouble, withinMs: WITHIN_MS },
  });
  const rows: Readonly<Record<Callback | typeof AVAILABILITY, RouteRow>> = {
    '/frontline/crm': signed(answerCrm(find)),
    '/frontline/outgoing': signed(answerOutgoing(callbacks)),
    '/frontline/templates': signed(answerTemplates(find, deps.templates)),
    [AVAILABILITY]: {
      ...availabilityRow({ ...deps, config: callbacks, workerNamed: deps.accounts.workerNamed }),
      ...{ trouble, withinMs: WITHIN_MS },
    },
  };
  return new Map(Object.entries(rows));
};
