/** Ann begins a chat in Frontline, and it is looked at from both sides. */
import { AGENTS, FLEX, type ScenarioHarness } from './harness.ts';

const { ann } = AGENTS;
export const PHONE = '+15550109999';

/** The chat that an agent has begun, as it stands on both sides. */
export const begunBy = (harness: ScenarioHarness, conversationSid: string) => {
  const { twilio } = harness;
  const inFrontline = () => twilio.reads.container('frontline', conversationSid);
  const inFlex = () =>
    twilio.reads.containers('flex').find(({ uniqueName }) => uniqueName === `bridge-frontline-${conversationSid}-1`);
  const channel = () => inFlex()?.sid ?? '';
  const texts = (side: 'flex' | 'frontline', sid: string) =>
    twilio.reads.transcript(side, sid).map(({ author, body }) => `${author}: ${body}`);
  return {
    conversationSid,
    inFrontline,
    inFlex,
    channel,
    saysInFlex: () => texts('flex', channel()),
    saysInFrontline: () => texts('frontline', conversationSid),
    tasks: () => twilio.reads.tasks('flex').filter(({ attributes }) => attributes.includes(channel() || 'nowhere')),
    phone: () => twilio.customer.phone(PHONE).map(({ from, body }) => `${from}: ${body}`),
    session: () => {
      const proxy = twilio.place.flex.account.proxies.get(FLEX.proxyServiceSid);
      return [...(proxy?.sessions.values() ?? [])].find(({ uniqueName }) => uniqueName === channel());
    },
    writes: (text: string) => twilio.frontlineAgent.writes(ann.email, conversationSid, text),
  };
};

export const annBegins = (harness: ScenarioHarness, phone = PHONE) => {
  const { conversationSid } = harness.twilio.frontlineAgent.begins(ann.email, { phone, name: 'Jo' });
  return begunBy(harness, conversationSid);
};

export type BegunChat = ReturnType<typeof begunBy>;

export const customerOf = (chat: BegunChat) =>
  chat.inFlex()?.members.find(({ attributes }) => attributes.includes('guest'))?.identity ?? 'nobody';
