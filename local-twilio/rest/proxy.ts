/** https://www.twilio.com/docs/proxy/api/session and /interaction */
import type { Interaction, ProxyParticipant, ProxyService, ProxySession } from '../model.ts';
import { problems } from '../problem.ts';
import { closeSession, findSession, joinSession, openSession } from '../proxy/sessions.ts';
import { type Call, created, date, field, found, gone, ok, type RestRoute } from './call.ts';
import { pageOf } from './paging.ts';

const proxyOf = (call: Call): ProxyService => found(call, call.account.proxies.get(call.at.ServiceSid ?? ''));

const render = (call: Call, proxy: ProxyService, session: ProxySession) => {
  const url = `${call.base}/v1/Services/${proxy.sid}/Sessions/${session.sid}`;
  return {
    sid: session.sid,
    service_sid: proxy.sid,
    account_sid: call.account.sid,
    date_started: date(call, session.dateCreated),
    date_ended: session.status === 'closed' ? date(call, session.dateUpdated) : null,
    date_last_interaction: date(call, session.interactions.at(-1)?.at),
    date_expiry: null,
    unique_name: session.uniqueName,
    status: session.status === 'closed' ? 'closed' : 'in-progress',
    closed_reason: session.status === 'closed' ? 'api' : null,
    ttl: 0,
    mode: 'message-only',
    date_created: date(call, session.dateCreated),
    date_updated: date(call, session.dateUpdated),
    url,
    links: { interactions: `${url}/Interactions`, participants: `${url}/Participants` },
  };
};

const renderInteraction = (call: Call, proxy: ProxyService, session: ProxySession, one: Interaction) => {
  const out = one.direction === 'out';
  const message = call.world.switches.interactionsNameMessages ? one.messageSid : null;
  return {
    sid: one.sid,
    session_sid: session.sid,
    service_sid: proxy.sid,
    account_sid: call.account.sid,
    data: JSON.stringify({ body: one.body }),
    type: 'message',
    inbound_participant_sid: null,
    inbound_resource_sid: out ? message : one.smsSid,
    inbound_resource_status: 'received',
    inbound_resource_type: 'Message',
    inbound_resource_url: null,
    outbound_participant_sid: null,
    outbound_resource_sid: out ? one.smsSid : message,
    outbound_resource_status: out ? 'sent' : 'delivered',
    outbound_resource_type: 'Message',
    outbound_resource_url: null,
    date_created: date(call, one.at),
    date_updated: date(call, one.at),
    url: `${call.base}/v1/Services/${proxy.sid}/Sessions/${session.sid}/Interactions/${one.sid}`,
  };
};

const renderParticipant = (call: Call, proxy: ProxyService, session: ProxySession, one: ProxyParticipant) => ({
  sid: one.sid,
  session_sid: session.sid,
  service_sid: proxy.sid,
  account_sid: call.account.sid,
  friendly_name: null,
  identifier: one.identifier,
  proxy_identifier: one.proxyIdentifier,
  proxy_identifier_sid: null,
  date_deleted: null,
  date_created: date(call, one.dateCreated),
  date_updated: date(call, one.dateCreated),
  url: `${call.base}/v1/Services/${proxy.sid}/Sessions/${session.sid}/Participants/${one.sid}`,
  links: {},
});

const needed = (call: Call, name: string): string => {
  const text = field(call, name);
  if (text === undefined || text === '') throw problems.invalid(name);
  return text;
};

const both = (call: Call, name: 'Sid' | 'SessionSid'): readonly [ProxyService, ProxySession] => {
  const proxy = proxyOf(call);
  return [proxy, found(call, findSession(proxy, call.at[name] ?? ''))];
};

const one = '/v1/Services/{ServiceSid}/Sessions/{Sid}';
const participants = '/v1/Services/{ServiceSid}/Sessions/{SessionSid}/Participants';

export const proxyRoutes: readonly RestRoute[] = [
  {
    method: 'POST',
    pattern: '/v1/Services/{ServiceSid}/Sessions',
    name: 'proxy.sessions',
    answer: (call) => {
      const proxy = proxyOf(call);
      return created(render(call, proxy, openSession(call.world, proxy, needed(call, 'UniqueName'))));
    },
  },
  {
    method: 'GET',
    pattern: participants,
    name: 'proxy.participants',
    answer: (call) => {
      const [proxy, session] = both(call, 'SessionSid');
      const rows = session.participants;
      return ok(pageOf(call, 'participants', rows, (row) => renderParticipant(call, proxy, session, row)));
    },
  },
  {
    method: 'POST',
    pattern: participants,
    name: 'proxy.participants',
    answer: (call) => {
      const [proxy, session] = both(call, 'SessionSid');
      const who = { identifier: needed(call, 'Identifier'), proxyIdentifier: needed(call, 'ProxyIdentifier') };
      return created(renderParticipant(call, proxy, session, joinSession(call.world, proxy, session, who)));
    },
  },
  {
    method: 'GET',
    pattern: one,
    name: 'proxy.session',
    answer: (call) => ok(render(call, ...both(call, 'Sid'))),
  },
  {
    method: 'POST',
    pattern: one,
    name: 'proxy.session',
    answer: (call) => {
      const [proxy, session] = both(call, 'Sid');
      if (field(call, 'Status') === 'closed') closeSession(call.world, session);
      return ok(render(call, proxy, session));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'proxy.session',
    answer: (call) => {
      const [proxy, session] = both(call, 'Sid');
      closeSession(call.world, session);
      proxy.sessions.delete(session.sid);
      return gone;
    },
  },
  {
    method: 'GET',
    pattern: '/v1/Services/{ServiceSid}/Sessions/{SessionSid}/Interactions',
    name: 'proxy.interactions',
    answer: (call) => {
      const [proxy, session] = both(call, 'SessionSid');
      const rows = session.interactions.toReversed();
      return ok(pageOf(call, 'interactions', rows, (row) => renderInteraction(call, proxy, session, row)));
    },
  },
];
