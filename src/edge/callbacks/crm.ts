/** The customers that an agent sees in Frontline's app. https://www.twilio.com/docs/frontline/my-customers */
import { textField } from '../../core/model/json.ts';
import { type Answer, answered, unanswered, unavailable } from '../answer.ts';
import type { Answerer } from '../endpoint.ts';
import { createCustomers, type OwnCustomer } from './customers.ts';
import { chatOf, type FindDeps, findCustomer } from './find-customer.ts';
import { reachOf } from './numbers.ts';
import { byLocation, type CallbackRequest, paramsOf } from './parameters.ts';
import { fitsCallback, thatFit } from './size.ts';

/** The app asks for 30. */
const PAGE = { otherwise: 30, most: 50 } as const;

const pageSize = (text: string): number =>
  /^[1-9]\d{0,3}$/.test(text) ? Math.min(Number(text), PAGE.most) : PAGE.otherwise;

export const answerCrm = (deps: FindDeps): Answerer =>
  byLocation({
    GetCustomersList: (asked) => listCustomers(deps, asked),
    GetCustomerDetailsByCustomerId: (asked) => customerDetails(deps, asked),
  });

/** From the CRM behind the bridge where there is one: whom an agent may see is then for it to say. */
const listCustomers = async (
  { accounts }: FindDeps,
  { worker, text, form, verified }: CallbackRequest,
): Promise<Answer> => {
  if (accounts.askCrm !== undefined) {
    const said = await accounts.askCrm(paramsOf(form), verified.secrets.frontline.authToken);
    if (said.is === 'unknown') return unavailable('crm', '404');
    if (said.is === 'failed') return unavailable('crm', said.why);
    const { customers } = said.objects;
    if (!Array.isArray(customers) || !fitsCallback(said)) return unavailable('crm', 'unreadable');
    return answered({ objects: said.objects }, customers.length);
  }
  const page = { size: pageSize(text('PageSize')), after: text('Anchor'), query: text('Query') };
  const found = await createCustomers(accounts.frontline, verified.stop).list(worker, page);
  const customers = thatFit(found.map(inList));
  return answered({ objects: { customers, searchable: true } }, customers.length);
};

const inList = ({ id, name, avatar }: OwnCustomer) => ({
  customer_id: id,
  display_name: name,
  ...(avatar === undefined ? {} : { avatar }),
});

const customerDetails = async (deps: FindDeps, asked: CallbackRequest): Promise<Answer> => {
  const found = await findCustomer(deps, asked);
  switch (found.is) {
    case 'unknown':
      return unanswered('unknown_customer');
    case 'failed':
      return unavailable('crm', found.why);
    case 'crm':
      if (!fitsCallback(found)) return unavailable('crm', 'unreadable');
      return answered({ objects: { customer: found.customer } });
    case 'own':
      asked.verified.logAs({ sids: [found.customer.conversation] });
      return answered({ objects: { customer: await detailsOf(deps, found.customer) } });
    default:
      return found satisfies never;
  }
};

const detailsOf = async (deps: FindDeps, customer: OwnCustomer) => {
  const chat = await chatOf(deps, customer);
  const kind = textField(chat?.attributes ?? '{}', 'channel_type');
  const { pair } = chat ?? {};
  const lines = [
    ...(kind === undefined ? [] : [`Came by: ${kind}`]),
    ...(pair === undefined
      ? []
      : [`Accepted: ${new Date(pair.begunAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`]),
    ...(pair?.task === undefined ? [] : [`Task: ${pair.task}`]),
    ...(pair?.flex === undefined ? [] : [`Channel in Flex: ${pair.flex}`]),
    `Conversation: ${customer.conversation}`,
  ];
  return {
    ...inList(customer),
    channels: reachOf(customer, chat?.attributes ?? '{}'),
    links: linksOf(customer),
    details: { title: 'Chat', content: lines.join('\n') },
  };
};

/** The app opens https and mailto. What customers wrote is no link for an agent to tap. */
const linksOf = ({ identity = '' }: OwnCustomer) =>
  /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(identity)
    ? [{ type: 'Email', value: `mailto:${identity}`, display_name: 'Write an e-mail' }]
    : [];
