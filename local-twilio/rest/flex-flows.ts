/** The Flex API's flows, and the channels made by them. https://www.twilio.com/docs/flex/developer/messaging/api */
import { createContainer, findContainer, updateContainer } from '../chat/containers.ts';
import type { Way } from '../chat/dialect.ts';
import { addMember } from '../chat/members.ts';
import type { Container, FlexFlow } from '../model.ts';
import { problems } from '../problem.ts';
import { newSid } from '../sid.ts';
import { type Call, created, date, field, found, ok, type RestRoute } from './call.ts';
import { pageOf } from './paging.ts';

const renderFlow = (call: Call, flow: FlexFlow) => ({
  sid: flow.sid,
  account_sid: call.account.sid,
  friendly_name: flow.friendlyName,
  chat_service_sid: flow.chatServiceSid,
  channel_type: flow.channelType,
  contact_identity: flow.contactIdentity ?? null,
  enabled: flow.enabled,
  ...(flow.integrationType === undefined ? {} : { integration_type: flow.integrationType }),
  integration: {},
  long_lived: flow.longLived,
  janitor_enabled: flow.janitorEnabled,
  date_created: date(call, flow.dateCreated),
  date_updated: date(call, flow.dateCreated),
  url: `${call.base}/v1/FlexFlows/${flow.sid}`,
});

const needed = (call: Call, name: string): string => {
  const text = field(call, name);
  if (text === undefined || text === '') throw problems.invalid(name);
  return text;
};

const createFlow = (call: Call): FlexFlow => {
  const integrationType = field(call, 'IntegrationType');
  if (integrationType === 'external') needed(call, 'Integration.Url');
  if (integrationType === 'studio') needed(call, 'Integration.FlowSid');
  // A flow that makes a task is nothing that a person here has a use for.
  if (integrationType === 'task') throw problems.invalid('IntegrationType');
  const flow: FlexFlow = {
    sid: newSid(call.world.random, 'FO'),
    friendlyName: needed(call, 'FriendlyName'),
    chatServiceSid: found(call, call.account.services.get(needed(call, 'ChatServiceSid'))).sid,
    channelType: needed(call, 'ChannelType'),
    contactIdentity: field(call, 'ContactIdentity'),
    enabled: field(call, 'Enabled') !== 'false',
    integrationType,
    longLived: field(call, 'LongLived') === 'true',
    janitorEnabled: field(call, 'JanitorEnabled') === 'true',
    dateCreated: call.world.now(),
  };
  call.account.flexFlows.set(flow.sid, flow);
  return flow;
};

/** Flex is a program, and it asks for webhooks. */
const byFlex: Way = { by: { source: 'API' }, announce: true, dialect: 'chat' };

const createChannel = (call: Call): Container => {
  const { world } = call;
  const flow = found(call, call.account.flexFlows.get(needed(call, 'FlexFlowSid')));
  const service = found(call, call.account.services.get(flow.chatServiceSid));
  const identity = needed(call, 'Identity');
  const name = needed(call, 'ChatUserFriendlyName');
  const uniqueName = field(call, 'ChatUniqueName');
  if (uniqueName !== undefined && findContainer(service, uniqueName) !== undefined) throw problems.flexChannelExists();
  const friendlyName = needed(call, 'ChatFriendlyName');
  const channel = createContainer(world, service, { uniqueName, friendlyName, type: 'private' }, byFlex);
  channel.flexFlow = flow;
  addMember(world, channel, { identity, attributes: '{"member_type":"guest"}' }, byFlex);
  const user = service.users.get(identity);
  if (user !== undefined) user.friendlyName = name;
  const { channelType: channel_type, longLived: long_lived } = flow;
  const attributes = JSON.stringify({ from: name, channel_type, status: 'ACTIVE', long_lived });
  updateContainer(world, channel, { attributes }, byFlex);
  return channel;
};

const renderChannel = (call: Call, channel: Container) => {
  const member = [...channel.members.values()][0];
  return {
    sid: channel.sid,
    account_sid: call.account.sid,
    flex_flow_sid: channel.flexFlow?.sid ?? null,
    user_sid: channel.service.users.get(member?.identity ?? '')?.sid ?? null,
    task_sid: null,
    date_created: date(call, channel.dateCreated),
    date_updated: date(call, channel.dateUpdated),
    url: `${call.base}/v1/Channels/${channel.sid}`,
  };
};

export const flexRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: '/v1/FlexFlows',
    name: 'flex.flows',
    answer: (call) => {
      const name = call.query.get('FriendlyName');
      const flows = [...call.account.flexFlows.values()].filter((one) => name === null || one.friendlyName === name);
      return ok(pageOf(call, 'flex_flows', flows, (flow) => renderFlow(call, flow)));
    },
  },
  {
    method: 'POST',
    pattern: '/v1/FlexFlows',
    name: 'flex.flows',
    answer: (call) => created(renderFlow(call, createFlow(call))),
  },
  {
    method: 'POST',
    pattern: '/v1/Channels',
    name: 'flex.channels',
    answer: (call) => created(renderChannel(call, createChannel(call))),
  },
];
