/** https://www.twilio.com/docs/chat/rest/member-resource */
import { addMember, findMember, removeMember, updateMember } from '../chat/members.ts';
import type { Container, Member } from '../model.ts';
import {
  type Call,
  created,
  date,
  dateField,
  field,
  found,
  gone,
  integerField,
  ok,
  type RestRoute,
  restWay,
} from './call.ts';
import { channelOf } from './chat-channels.ts';
import { pageOf } from './paging.ts';
import { visibleMembers } from './visible.ts';

const render = (call: Call, channel: Container, member: Member) => ({
  sid: member.sid,
  account_sid: channel.account.sid,
  channel_sid: channel.sid,
  service_sid: channel.service.sid,
  identity: member.identity ?? null,
  date_created: date(call, member.dateCreated),
  date_updated: date(call, member.dateUpdated),
  role_sid: member.roleSid,
  last_consumed_message_index: member.lastRead ?? null,
  last_consumption_timestamp: null,
  attributes: member.attributes,
  url: `${call.base}/v2/Services/${channel.service.sid}/Channels/${channel.sid}/Members/${member.sid}`,
});

const collection = '/v2/Services/{ServiceSid}/Channels/{ChannelSid}/Members';
const one = `${collection}/{Sid}`;

const both = (call: Call): readonly [Container, Member] => {
  const channel = channelOf(call);
  return [channel, found(call, findMember(channel, call.at.Sid ?? ''))];
};

export const chatMemberRoutes: readonly RestRoute[] = [
  {
    method: 'GET',
    pattern: collection,
    name: 'chat.members',
    answer: (call) => {
      const channel = channelOf(call);
      const identities = call.query.getAll('Identity');
      const members = visibleMembers(call, channel, 'chat.members').filter(
        (member) => identities.length === 0 || identities.includes(member.identity ?? ''),
      );
      return ok(pageOf(call, 'members', members, (member) => render(call, channel, member)));
    },
  },
  {
    method: 'POST',
    pattern: collection,
    name: 'chat.members',
    answer: (call) => {
      const channel = channelOf(call);
      const draft = {
        identity: field(call, 'Identity'),
        attributes: field(call, 'Attributes'),
        dateCreated: dateField(call, 'DateCreated'),
      };
      return created(render(call, channel, addMember(call.world, channel, draft, restWay(call, 'chat'))));
    },
  },
  { method: 'GET', pattern: one, name: 'chat.member', answer: (call) => ok(render(call, ...both(call))) },
  {
    method: 'POST',
    pattern: one,
    name: 'chat.member',
    answer: (call) => {
      const [channel, member] = both(call);
      const change = {
        attributes: field(call, 'Attributes'),
        lastRead: integerField(call, 'LastConsumedMessageIndex'),
      };
      updateMember(call.world, channel, member, change, restWay(call, 'chat'));
      return ok(render(call, channel, member));
    },
  },
  {
    method: 'DELETE',
    pattern: one,
    name: 'chat.member',
    answer: (call) => {
      removeMember(call.world, ...both(call), restWay(call, 'chat'));
      return gone;
    },
  },
];
