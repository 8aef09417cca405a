/**
 * The two accounts that the local Twilio starts with. Fixed and plainly made up, so that a bridge with nothing
 * configured finds them and nobody mistakes them for real ones.
 */
const made = <Letters extends string>(letters: Letters, pattern: string): `${Letters}${string}` =>
  `${letters}${pattern.repeat(16)}`;

const flexAccountSid = made('AC', 'f1');
const proxyServiceSid = made('KS', 'f1');
const chatServiceSid = made('IS', 'f1');

export const FLEX = {
  accountSid: flexAccountSid,
  authToken: made('', 'f1'),
  apiKey: { sid: made('SK', 'f1'), secret: 'local-flex-secret' },
  chatServiceSid,
  workspaceSid: made('WS', 'f1'),
  proxyServiceSid,
  /** The number that customers text. */
  phoneNumber: '+15550100001',
  /** Flex's own post-event webhook, as a Flex account has it before anybody changes it. */
  defaultWebhook: `https://webhooks.twilio.com/v1/Accounts/${flexAccountSid}/Proxy/${proxyServiceSid}/Webhooks/ChatEvent/ProxyIdentifier/${made('PN', 'f1')}`,
} as const;

export const FRONTLINE = {
  accountSid: made('AC', 'f2'),
  authToken: made('', 'f2'),
  apiKey: { sid: made('SK', 'f2'), secret: 'local-frontline-secret' },
  conversationServiceSid: made('IS', 'f2'),
  workspaceSid: made('WS', 'f2'),
  /** The number from which agents text in the Frontline app. */
  phoneNumber: '+15550200002',
} as const;

export type DefaultAgent = {
  readonly name: string;
  /** Frontline's identity. */
  readonly email: string;
  /** The same person's identity in Flex. */
  readonly flexIdentity: string;
  readonly flexWorkerSid: `WK${string}`;
  /** undefined for the one who has no Frontline user. */
  readonly frontlineWorkerSid: `WK${string}` | undefined;
};

export const AGENTS = {
  ann: {
    name: 'Ann',
    email: 'ann@example.com',
    flexIdentity: 'ann_40example_2Ecom',
    flexWorkerSid: made('WK', 'a1'),
    frontlineWorkerSid: made('WK', 'b1'),
  },
  ben: {
    name: 'Ben',
    email: 'ben.o_neil@example.com',
    flexIdentity: 'ben_2Eo_5Fneil_40example_2Ecom',
    flexWorkerSid: made('WK', 'a2'),
    frontlineWorkerSid: made('WK', 'b2'),
  },
  eve: {
    name: 'Eve',
    email: 'eve@example.com',
    flexIdentity: 'eve_40example_2Ecom',
    flexWorkerSid: made('WK', 'a3'),
    frontlineWorkerSid: made('WK', 'b3'),
  },
  /** Works in Flex only. */
  sam: {
    name: 'Sam',
    email: 'sam@example.com',
    flexIdentity: 'sam_40example_2Ecom',
    flexWorkerSid: made('WK', 'a4'),
    frontlineWorkerSid: undefined,
  },
} as const satisfies Record<string, DefaultAgent>;
