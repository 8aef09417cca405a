/** What the persons of the local Twilio do when the page asks for it. */
import type { DefaultAgent } from '../../local-twilio/defaults.ts';
import type { ReadContainer } from '../../local-twilio/reads.ts';
import { type LocalTwilioAt, NotAllowed } from '../local-twilio-at.ts';
import type { Act } from './act.ts';
import { nuisances } from './faults.ts';
import { agentBy, agentsIn, conversationOf, type Place, systemConversationIn, tasksOf } from './place.ts';

const customers = ['Carla', 'Dario', 'Mei', 'Noah', 'Olga', 'Paul', 'Rosa', 'Tariq'] as const;

const known = (email: string): DefaultAgent => {
  const agent = agentBy(email);
  if (agent === undefined) throw new NotAllowed('no such agent');
  return agent;
};

/** @throws NotAllowed when the agent has no reservation of that kind in the chat */
const reservationOf = (
  place: Place,
  channel: string,
  { name, flexWorkerSid }: DefaultAgent,
  status: string,
): string => {
  const found = tasksOf(place, channel)
    .flatMap(({ reservations }) => reservations)
    .findLast((one) => one.workerSid === flexWorkerSid && one.status === status);
  if (found === undefined) throw new NotAllowed(`${name} has no ${status} task in this chat`);
  return found.sid;
};

const writerIn = (container: ReadContainer | undefined, email: string | undefined): DefaultAgent => {
  const there = agentsIn(container);
  const agent = email === undefined ? there[0] : there.find((one) => one.email === email);
  if (agent === undefined) throw new NotAllowed('no agent has accepted this chat yet');
  return agent;
};

const linked = (place: Place, channel: string): ReadContainer => {
  const conversation = conversationOf(place, channel);
  if (conversation === undefined) throw new NotAllowed('the chat is not in Frontline yet');
  return conversation;
};

/** @returns what carries an act out. It answers with the chat that was begun, if one was. */
export const createDeeds = (twilio: LocalTwilioAt, lookAround: () => Promise<Place>) => {
  const begin = async (kind: 'web' | 'sms'): Promise<string> => {
    const n = (await lookAround()).channels.length;
    const begun =
      kind === 'web'
        ? await twilio.post('customer/beginWebChat', [{ name: customers[n % customers.length] }])
        : await twilio.post('customer/beginSmsChat', [
            { phone: `+1555020${String(n).padStart(4, '0')}`, text: 'Hello, I text from my phone.' },
          ]);
    return (begun as { readonly channelSid: string }).channelSid;
  };

  const offer = async (channel: string, email: string): Promise<string> => {
    const task = tasksOf(await lookAround(), channel).at(-1);
    if (task === undefined) throw new NotAllowed('no task waits for an agent');
    const { flexWorkerSid } = known(email);
    const before = task.reservations.find((one) => one.workerSid === flexWorkerSid && one.status === 'pending');
    if (before !== undefined) return before.sid;
    const offered = await twilio.post('flexAgent/isOffered', [flexWorkerSid, task.sid]);
    return (offered as { readonly reservationSid: string }).reservationSid;
  };

  const write = async ({ who, channel, text, agent }: Extract<Act, { act: 'write' }>): Promise<void> => {
    if (who === 'customer') {
      await twilio.post('customer/writes', [channel, text]);
      return;
    }
    const place = await lookAround();
    const container = place.channels.find(({ sid }) => sid === channel);
    const conversation = conversationOf(place, channel);
    if (who === 'flex') {
      await twilio.post('flexAgent/writes', [writerIn(container, agent).flexWorkerSid, channel, text]);
      return;
    }
    // Who waits in Flex only is told the first reason.
    if (conversation === undefined) writerIn(container, undefined);
    const there = linked(place, channel);
    await twilio.post('frontlineAgent/writes', [writerIn(there, agent).email, there.sid, text]);
  };

  const tell = async (email: string, text: string): Promise<void> => {
    const agent = known(email);
    const system = systemConversationIn(await lookAround(), agent);
    if (system === undefined) throw new NotAllowed(`the bridge has told ${agent.name} nothing yet`);
    await twilio.post('frontlineAgent/writes', [agent.email, system, text]);
  };

  const pass = async (channel: string, email: string, to: string): Promise<void> => {
    const there = linked(await lookAround(), channel);
    const agent = writerIn(there, known(email).email);
    await twilio.post('frontlineAgent/transfers', [agent.email, there.sid, known(to).email, 'in, then out']);
  };

  const call = async (email: string, phone: string, text: string): Promise<void> => {
    const agent = known(email);
    const begun = await twilio.post('frontlineAgent/begins', [agent.email, { phone }]);
    const { conversationSid } = begun as { readonly conversationSid: string };
    await twilio.post('frontlineAgent/writes', [agent.email, conversationSid, text]);
  };

  const end = async (side: 'flex' | 'frontline', channel: string, email: string): Promise<void> => {
    const agent = known(email);
    if (side === 'flex') await twilio.post('flexAgent/endsChat', [agent.flexWorkerSid, channel]);
    else await twilio.post('frontlineAgent/closes', [agent.email, linked(await lookAround(), channel).sid]);
  };

  const complete = async (channel: string): Promise<void> => {
    const task = tasksOf(await lookAround(), channel).at(-1);
    if (task === undefined) throw new NotAllowed('the chat has no task');
    await twilio.post('flexAgent/completesTask', [task.sid]);
  };

  const setFaults = async (names: readonly string[]): Promise<void> => {
    await twilio.clear('faults');
    for (const { name, fault } of nuisances) if (names.includes(name)) await twilio.post('faults', fault);
  };

  /** @throws NotAllowed when the person cannot do that */
  return async (what: Act): Promise<string | undefined> => {
    switch (what.act) {
      case 'begin':
        return begin(what.kind);
      case 'offer':
        await offer(what.channel, what.agent);
        return undefined;
      case 'accept':
        await twilio.post('flexAgent/accepts', [await offer(what.channel, what.agent)]);
        return undefined;
      case 'answer':
        await twilio.post(`flexAgent/${what.how}`, [what.reservation]);
        return undefined;
      case 'tell':
        await tell(what.agent, what.text);
        return undefined;
      case 'write':
        await write(what);
        return undefined;
      case 'transfer': {
        const from = reservationOf(await lookAround(), what.channel, known(what.agent), 'accepted');
        await twilio.post('flexAgent/transfers', [from, known(what.to).flexWorkerSid, what.how]);
        return undefined;
      }
      case 'pass':
        await pass(what.channel, what.agent, what.to);
        return undefined;
      case 'call':
        await call(what.agent, what.phone, what.text);
        return undefined;
      case 'leave': {
        const his = reservationOf(await lookAround(), what.channel, known(what.agent), 'accepted');
        await twilio.post('flexAgent/completesTransfer', [his]);
        return undefined;
      }
      case 'end':
        await end(what.side, what.channel, what.agent);
        return undefined;
      case 'complete':
        await complete(what.channel);
        return undefined;
      case 'go':
        if (what.side === 'flex') await twilio.post('flexAgent/goes', [known(what.agent).flexWorkerSid, what.activity]);
        else await twilio.post('frontlineAgent/goes', [known(what.agent).email, what.activity]);
        return undefined;
      case 'faults':
        await setFaults(what.names);
        return undefined;
      default:
        return what satisfies never;
    }
  };
};
