const words = new Set(
  ['v1', 'v2', 'Services', 'Channels', 'Messages', 'Members', 'Users', 'Conversations', 'Participants'].concat([
    'Accounts',
    'Proxy',
    'Webhooks',
    'ChatEvent',
    'ProxyIdentifier',
    'Sessions',
    'Interactions',
    'Workspaces',
    'Tasks',
    'Reservations',
    'Workers',
    'ParticipantConversations',
    'Activities',
    'Events',
  ]),
);
const sid = /^[A-Z]{2}[0-9a-fA-F]{32}$/;

/** A resource's path as logs and errors may hold it: Twilio's words and SIDs; an identity or a name becomes `{}`. */
export const maskedPath = (segments: readonly string[]): string =>
  segments.map((segment) => `/${words.has(segment) || sid.test(segment) ? segment : '{}'}`).join('');
