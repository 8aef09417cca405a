/** https://www.twilio.com/docs/conversations/api/conversation-resource */
import { changeState, createContainer, findContainer, removeContainer, updateContainer } from '../chat/containers.ts';
import type { Container, ConversationState } from '../model.ts';
import { problems } from '../problem.ts';
import { messagingServiceSid } from '../webhooks/conversations-form.ts';
import { type Call, created, date, dateField, field, found, gone, ok, type RestRoute, restWay } from './call.ts';
import { bothForms, conversationService, conversationUrl } from './conversations-service.ts';
import { pageOf } from './paging.ts';
import { visibleContainer } from './visible.ts';

const render = (call: Call, conversation: Container) => {
  const url = conversationUrl(call, conversation);
  return {
    sid: conversation.sid,
    account_sid: conversation.account.sid,
    chat_service_sid: conversation.service.sid,
    messaging_service_sid: messagingServiceSid(conversation),
    friendly_name: conversation.friendlyName ?? null,
    unique_name: conversation.uniqueName ?? null,
    attributes: conversation.attributes,
    state: conversation.state,
    date_created: date(call, conversation.dateCreated),
    date_updated: date(call, conversation.dateUpdated),
    timers: conversation.closedByTimerAt === undefined ? {} : { date_closed: date(call, conversation.closedByTimerAt) },
    bindings: {},
    url,
    links: { participants: `${url}/Participants`, messages: `${url}/Messages`, webhooks: `${url}/Webhooks` },
  };
};

const bySid = (call: Call): Container => found(call, findContainer(conversationService(call), call.at.Sid ?? ''));

const isState = (text: string): text is ConversationState =>
  text === 'active' || text === 'inactive' || text === 'closed';

const stateField = (call: Call): ConversationState | undefined => {
  const text = field(call, 'State');
  if (text === undefined) return undefined;
  if (!isState(text)) throw problems.invalid('State');
  return text;
};

const name = (call: Call, parameter: string): string | undefined => {
  const text = field(call, parameter);
  if (text !== undefined && text.length > 256) throw problems.invalid(parameter);
  return text;
};

const change = (call: Call) => ({
  friendlyName: name(call, 'FriendlyName'),
  uniqueName: name(call, 'UniqueName'),
  attributes: field(call, 'Attributes'),
  timers: { closed: field(call, 'Timers.Closed'), inactive: field(call, 'Timers.Inactive') },
});

const update = (call: Call, conversation: Container): void => {
  const way = restWay(call, 'conversations');
  const state = stateField(call);
  const others = [...call.form.keys()].some((key) => key !== 'State');
  if (others || conversation.state === 'closed') updateContainer(call.world, conversation, change(call), way);
  if (state !== undefined) changeState(call.world, conversation, state, 'API', way);
};

const instantIn = (call: Call, parameter: string): number | undefined => {
  const text = call.query.get(parameter);
  if (text === null) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw problems.invalid(parameter);
  return at;
};

export const conversationRoutes = bothForms([
  {
    method: 'GET',
    pattern: '/Conversations',
    name: 'conversations.conversations',
    answer: (call) => {
      const state = call.query.get('State');
      const since = instantIn(call, 'StartDate') ?? Number.NEGATIVE_INFINITY;
      const until = instantIn(call, 'EndDate') ?? Number.POSITIVE_INFINITY;
      const all = [...conversationService(call).containers.values()].filter(
        (one) => (state === null || one.state === state) && one.dateCreated >= since && one.dateCreated <= until,
      );
      return ok(pageOf(call, 'conversations', all, (conversation) => render(call, conversation)));
    },
  },
  {
    method: 'POST',
    pattern: '/Conversations',
    name: 'conversations.conversations',
    answer: (call) => {
      const draft = { ...change(call), dateCreated: dateField(call, 'DateCreated') };
      const way = restWay(call, 'conversations');
      const conversation = createContainer(call.world, conversationService(call), draft, way);
      const state = stateField(call);
      if (state !== undefined) conversation.state = state;
      return created(render(call, conversation));
    },
  },
  {
    method: 'GET',
    pattern: '/Conversations/{Sid}',
    name: 'conversations.conversation',
    answer: (call) => ok(render(call, visibleContainer(call, bySid(call), 'GET conversations.conversation'))),
  },
  {
    method: 'POST',
    pattern: '/Conversations/{Sid}',
    name: 'conversations.conversation',
    answer: (call) => {
      const conversation = bySid(call);
      update(call, conversation);
      return ok(render(call, conversation));
    },
  },
  {
    method: 'DELETE',
    pattern: '/Conversations/{Sid}',
    name: 'conversations.conversation',
    answer: (call) => {
      removeContainer(call.world, bySid(call), restWay(call, 'conversations'));
      return gone;
    },
  },
] satisfies readonly RestRoute[]);
