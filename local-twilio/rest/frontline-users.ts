/** https://www.twilio.com/docs/frontline/api/user-resource: by SID or identity, and no list. */
import type { FrontlineUser } from '../model.ts';
import { problems } from '../problem.ts';
import { type Call, field, found, ok, type RestRoute } from './call.ts';

const render = (call: Call, user: FrontlineUser) => ({
  sid: user.sid,
  identity: user.identity,
  friendly_name: user.friendlyName,
  avatar: user.avatar ?? null,
  state: user.state,
  is_available: user.isAvailable,
  url: `${call.base}/v1/Users/${user.sid}`,
});

const userOf = (call: Call): FrontlineUser => {
  const { frontlineUsers } = call.account;
  const named = call.at.Sid ?? '';
  return found(call, frontlineUsers.get(named) ?? [...frontlineUsers.values()].find(({ sid }) => sid === named));
};

const stateField = (call: Call): FrontlineUser['state'] | undefined => {
  const text = field(call, 'State');
  if (text === undefined || text === 'active' || text === 'deactivated') return text;
  throw problems.invalid('State');
};

const pattern = '/v1/Users/{Sid}';

export const frontlineUserRoutes: readonly RestRoute[] = [
  { method: 'GET', pattern, name: 'frontline.user', answer: (call) => ok(render(call, userOf(call))) },
  {
    method: 'POST',
    pattern,
    name: 'frontline.user',
    answer: (call) => {
      const user = userOf(call);
      user.friendlyName = field(call, 'FriendlyName') ?? user.friendlyName;
      user.avatar = field(call, 'Avatar') ?? user.avatar;
      user.state = stateField(call) ?? user.state;
      const available = field(call, 'IsAvailable');
      if (available !== undefined) user.isAvailable = available === 'true';
      return ok(render(call, user));
    },
  },
];
