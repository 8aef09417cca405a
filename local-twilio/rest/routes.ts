/** From a host and a path to what answers it. */
import type { RestRoute } from './call.ts';
import { chatChannelRoutes } from './chat-channels.ts';
import { chatMemberRoutes } from './chat-members.ts';
import { chatMessageRoutes } from './chat-messages.ts';
import { chatServiceRoutes } from './chat-service.ts';
import { chatUserRoutes } from './chat-users.ts';
import { conversationRoutes } from './conversations.ts';
import { conversationMessageRoutes } from './conversations-messages.ts';
import { conversationParticipantRoutes } from './conversations-participants.ts';
import { conversationUserRoutes } from './conversations-users.ts';
import { conversationWebhookRoutes } from './conversations-webhooks.ts';
import { flexRoutes } from './flex-flows.ts';
import { frontlineUserRoutes } from './frontline-users.ts';
import { proxyRoutes } from './proxy.ts';
import { reservationRoutes } from './taskrouter-reservations.ts';
import { taskRoutes } from './taskrouter-tasks.ts';
import { workerRoutes } from './taskrouter-workers.ts';
import { workspaceRoutes } from './taskrouter-workspace.ts';

export const HOSTS: Readonly<Record<string, readonly RestRoute[]>> = {
  'chat.twilio.com': [
    ...chatServiceRoutes,
    ...chatChannelRoutes,
    ...chatMemberRoutes,
    ...chatMessageRoutes,
    ...chatUserRoutes,
  ],
  'conversations.twilio.com': [
    ...conversationRoutes,
    ...conversationParticipantRoutes,
    ...conversationMessageRoutes,
    ...conversationUserRoutes,
    ...conversationWebhookRoutes,
  ],
  'taskrouter.twilio.com': [...workspaceRoutes, ...taskRoutes, ...reservationRoutes, ...workerRoutes],
  'proxy.twilio.com': proxyRoutes,
  'flex-api.twilio.com': flexRoutes,
  'frontline-api.twilio.com': frontlineUserRoutes,
};

type Compiled = { readonly route: RestRoute; readonly segments: readonly string[] };

/** By host and number of segments, so that a request looks at a handful of patterns. */
const compiled = new Map<string, Compiled[]>();
for (const [host, routes] of Object.entries(HOSTS))
  for (const route of routes) {
    const segments = route.pattern.split('/');
    const key = `${host} ${segments.length}`;
    compiled.set(key, [...(compiled.get(key) ?? []), { route, segments }]);
  }

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const read = (segments: readonly string[], path: readonly string[]): Record<string, string> | undefined => {
  const at: Record<string, string> = {};
  for (const [i, segment] of segments.entries()) {
    const value = path[i] ?? '';
    const plain = segment.startsWith('{') ? decoded(value) : undefined;
    if (plain !== undefined) at[segment.slice(1, -1)] = plain;
    else if (segment !== value) return undefined;
  }
  return at;
};

export type Matched =
  | { readonly route: RestRoute; readonly at: Readonly<Record<string, string>> }
  | 'other method'
  | undefined;

/** undefined for a path that nobody answers, or that is not well encoded. */
export const match = (host: string, method: string, path: string): Matched => {
  const parts = path.split('/');
  let other: Matched;
  for (const { route, segments } of compiled.get(`${host} ${parts.length}`) ?? []) {
    const at = read(segments, parts);
    if (at === undefined) continue;
    if (route.method === method) return { route, at };
    other = 'other method';
  }
  return other;
};
