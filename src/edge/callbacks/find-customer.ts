/** One customer by the id that the app has: from the agent's own chats, else from the CRM behind the bridge. */
import type { CallbackAccounts } from '../../adapters/twilio/callback-accounts.ts';
import { isJsonObject, type JsonObject } from '../../adapters/twilio/values.ts';
import { textField } from '../../core/model/json.ts';
import { type ChannelSid, isSid } from '../../core/model/sids.ts';
import type { Store } from '../../core/ports/store.ts';
import { pairId } from '../../core/state/items.ts';
import { loadPair, type Pair } from '../../core/state/pair.ts';
import type { PairIds } from '../../core/state/pair-ids.ts';
import { type Customers, createCustomers, isCalled, type OwnCustomer, olderId } from './customers.ts';
import { type CallbackRequest, paramsOf } from './parameters.ts';

export type FindDeps = {
  readonly accounts: Pick<CallbackAccounts, 'frontline' | 'flex' | 'askCrm'>;
  readonly store: Pick<Store, 'get'>;
  readonly pairs: PairIds;
};

export type FoundCustomer =
  | { readonly is: 'own'; readonly customer: OwnCustomer }
  | { readonly is: 'crm'; readonly customer: JsonObject }
  | { readonly is: 'unknown' }
  /** The CRM behind the bridge did not answer. */
  | { readonly is: 'failed'; readonly why: string };

const own = (customer: OwnCustomer): FoundCustomer => ({ is: 'own', customer });
const unknown: FoundCustomer = { is: 'unknown' };

/** Only customers of the agent who asks; another agent's is as unknown as nobody's. @throws TwilioError */
export const findCustomer = async (deps: FindDeps, asked: CallbackRequest): Promise<FoundCustomer> => {
  const { worker, text } = asked;
  const id = text('CustomerId');
  const customers = createCustomers(deps.accounts.frontline, asked.verified.stop);
  const conversation = text('ConversationSid');
  if (isSid('CH', conversation)) {
    const here = await customers.in(worker, conversation);
    if (here !== undefined && (id === '' || isCalled(here, id))) return own(here);
  }
  if (id === '') return unknown;
  const known = (await byOlderId(deps, customers, worker, id)) ?? (await customers.byOwnName(worker, id));
  if (known !== undefined) return own(known);
  const said = await fromCrm(deps, asked);
  if (said.is !== 'unknown') return said;
  const called = await customers.byAnyName(worker, id);
  return called === undefined ? unknown : own(called);
};

const fromCrm = async (
  { accounts: { askCrm } }: FindDeps,
  { form, verified }: CallbackRequest,
): Promise<FoundCustomer> => {
  if (askCrm === undefined) return unknown;
  const params = { ...paramsOf(form), Location: 'GetCustomerDetailsByCustomerId' };
  const said = await askCrm(params, verified.secrets.frontline.authToken);
  if (said.is !== 'answer') return said;
  const { customer } = said.objects;
  if (customer === undefined || customer === null) return unknown;
  return isJsonObject(customer) ? { is: 'crm', customer } : { is: 'failed', why: 'unreadable' };
};

/**
 * The older app named a customer by a member of a channel. The channel's conversation is looked up, and whether the
 * member is its customer, so that an id that somebody put together names nobody.
 */
const byOlderId = async (
  deps: FindDeps,
  customers: Customers,
  worker: string,
  id: string,
): Promise<OwnCustomer | undefined> => {
  const older = olderId(id);
  if (older === undefined || !isSid('CH', older.channel) || !isSid('MB', older.member)) return undefined;
  const [identity, conversation] = await Promise.all([
    deps.accounts.flex.memberIdentity(older.channel, older.member),
    conversationOf(deps, older.channel),
  ]);
  if (identity === undefined || conversation === undefined) return undefined;
  const customer = await customers.in(worker, conversation);
  return customer !== undefined && isCalled(customer, identity) ? { ...customer, id } : undefined;
};

const conversationOf = async ({ store, accounts: { flex } }: FindDeps, channel: ChannelSid) => {
  const pair = await loadPair(store, pairId('flex', channel));
  if (pair?.frontline !== undefined) return pair.frontline;
  const named = textField((await flex.channel(channel)) ?? '{}', 'ConversationSid');
  return isSid('CH', named) ? named : undefined;
};

/** The customer's chat in Flex, as the bridge has paired it: attributes alone may be anybody's word. */
export const chatOf = async (
  { store, pairs, accounts: { flex } }: FindDeps,
  { conversation }: OwnCustomer,
): Promise<{ readonly pair: Pair; readonly attributes: string } | undefined> => {
  const id = await pairs.find('frontline', conversation);
  const pair = id && (await loadPair(store, id));
  if (pair?.flex === undefined) return undefined;
  return { pair, attributes: (await flex.channel(pair.flex)) ?? '{}' };
};
