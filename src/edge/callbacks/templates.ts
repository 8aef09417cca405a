/** Message templates for an agent, filled in for one customer. https://www.twilio.com/docs/frontline/templates */
import type { JsonObject } from '../../adapters/twilio/values.ts';
import { isJsonObject } from '../../adapters/twilio/values.ts';
import { FIELD, type Template, type TemplateCategory } from '../../templates.ts';
import { type Answer, answered, unanswered, unavailable } from '../answer.ts';
import type { Answerer } from '../endpoint.ts';
import { chatOf, type FindDeps, type FoundCustomer, findCustomer } from './find-customer.ts';
import { phoneIn, reachOf } from './numbers.ts';
import { byLocation, type CallbackRequest } from './parameters.ts';
import { thatFit } from './size.ts';

export const answerTemplates = (deps: FindDeps, categories: readonly TemplateCategory[]): Answerer =>
  byLocation({ GetTemplatesByCustomerId: (asked) => templatesFor(deps, categories, asked) });

const templatesFor = async (
  deps: FindDeps,
  categories: readonly TemplateCategory[],
  asked: CallbackRequest,
): Promise<Answer> => {
  if (categories.length === 0) return answered([], 0);
  const found = await findCustomer(deps, asked);
  if (found.is === 'unknown') return unanswered('unknown_customer');
  if (found.is === 'failed') return unavailable('crm', found.why);
  const fields = { ...(await fieldsOf(deps, found)), Author: await authorFor(deps, categories, asked.worker) };
  const filled = filledIn(categories, fields);
  return answered(filled, filled.length);
};

type Fields = Readonly<Record<string, string | undefined>>;

const fieldsOf = async (deps: FindDeps, found: Extract<FoundCustomer, { is: 'own' | 'crm' }>): Promise<Fields> => {
  if (found.is === 'crm') return crmFields(found.customer);
  const { customer } = found;
  const reach = reachOf(customer, (await chatOf(deps, customer))?.attributes ?? '{}');
  return { Name: customer.name, Phone: phoneIn(reach), CustomerId: customer.id };
};

const crmFields = (customer: JsonObject): Fields => {
  const texts = Object.entries(customer).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  const own: Record<string, string> = Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
  const channels = Array.isArray(customer.channels) ? customer.channels.filter(isJsonObject) : [];
  const phone = channels.find(({ type }) => type === 'sms' || type === 'whatsapp')?.value;
  return {
    Name: own.display_name,
    Phone: typeof phone === 'string' ? phone.replace(/^whatsapp:/, '') : undefined,
    CustomerId: own.customer_id,
    ...own,
  };
};

const names = (content: string): readonly string[] => [...content.matchAll(FIELD)].map(([, name = '']) => name);

/** The agent's friendly name, asked for only where a template has it. */
const authorFor = async (
  { accounts: { frontline } }: FindDeps,
  categories: readonly TemplateCategory[],
  worker: string,
): Promise<string> => {
  const used = categories.some(({ templates }) => templates.some(({ content }) => names(content).includes('Author')));
  return (used ? await frontline.userName(worker) : undefined) ?? worker;
};

const fieldOf = (fields: Fields, name: string): string =>
  Object.hasOwn(fields, name) ? (fields[name]?.trim() ?? '') : '';

/** What names a field that this customer does not have is left out: nobody is to be sent a hole, or `{{Company}}`. */
const filledIn = (categories: readonly TemplateCategory[], fields: Fields): readonly TemplateCategory[] => {
  const fill = (templates: readonly Template[]): readonly Template[] =>
    templates
      .filter(({ content }) => names(content).every((name) => fieldOf(fields, name) !== ''))
      .map((one) => ({ ...one, content: one.content.replace(FIELD, (_, name: string) => fieldOf(fields, name)) }));
  const filled = categories
    .map(({ display_name, templates }) => ({ display_name, templates: fill(templates) }))
    .filter(({ templates }) => templates.length > 0);
  return thatFit(filled);
};
