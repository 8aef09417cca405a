import type { Account } from '../model.ts';

/** Basic auth with the account's SID and one of its tokens, or with an API key: the account, or undefined. */
export const authenticate = (accounts: readonly Account[], authorization: string | undefined): Account | undefined => {
  const match = /^Basic (.+)$/i.exec(authorization ?? '');
  if (match === null) return undefined;
  const [user = '', ...rest] = Buffer.from(match[1] ?? '', 'base64')
    .toString()
    .split(':');
  const password = rest.join(':');
  return accounts.find((account) =>
    user === account.sid
      ? password === account.authToken || (password === account.previousAuthToken && password !== '')
      : account.apiKeys.has(user) && account.apiKeys.get(user) === password,
  );
};
