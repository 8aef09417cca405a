import type { SecretField } from '../contract.ts';

type Fields = Readonly<Partial<Record<SecretField, string>>>;

export class WrongSecrets extends Error {
  readonly problems: readonly string[];
  /** Names and what is wrong with each; never a value. */
  constructor(problems: readonly string[]) {
    super(`Secrets are wrong: ${problems.join(', ')}`);
    this.name = 'WrongSecrets';
    this.problems = problems;
  }
}

/** In characters. A key that can be guessed lets others pass their messages off as the bridge's. */
const SHORTEST_STAMP_KEY = 16;

/** https://www.twilio.com/docs/iam/api-keys */
const keySid = /^SK[0-9a-f]{32}$/;

/** What stands in the fields and cannot be meant, by name; an empty field is not malformed. */
export const malformedSecrets = (fields: Fields): readonly string[] => [
  ...(['API_KEY_SID', 'FRONTLINE_API_KEY_SID'] as const)
    .filter((name) => given(fields, name) !== undefined && !keySid.test(given(fields, name) ?? ''))
    .map((name) => `${name} is not SK and 32 hex digits`),
  ...((given(fields, 'STAMP_KEY')?.length ?? SHORTEST_STAMP_KEY) < SHORTEST_STAMP_KEY
    ? [`STAMP_KEY is shorter than ${SHORTEST_STAMP_KEY} characters`]
    : []),
  // Not the previous tokens: one that stood in the wrong field is kept there when it is put right.
  ...(
    [
      ['AUTH_TOKEN', 'FRONTLINE_AUTH_TOKEN'],
      ['API_KEY_SID', 'FRONTLINE_API_KEY_SID'],
    ] as const
  )
    .filter(([a, b]) => given(fields, a) !== undefined && given(fields, a) === given(fields, b))
    .map(([a, b]) => `${a} and ${b} are the same: each account has its own`),
];

const given = (fields: Fields, name: SecretField): string | undefined => fields[name]?.trim() || undefined;

/**
 * The bridge's secrets from their fields; an empty field counts as not there. An API key needs both its fields.
 * @throws WrongSecrets naming every missing or malformed field at once.
 */
export const secretsFrom = (fields: Fields): Secrets => {
  const problems = [...malformedSecrets(fields)];
  const required = (name: SecretField): string => {
    const value = given(fields, name);
    if (value === undefined) problems.push(`${name} is missing`);
    return value ?? '';
  };
  const apiKey = (sidName: SecretField, secretName: SecretField): AccountSecrets['apiKey'] => {
    if (given(fields, sidName) === undefined && given(fields, secretName) === undefined) return undefined;
    return { sid: required(sidName), secret: required(secretName) };
  };
  const secrets: Secrets = {
    flex: {
      authToken: required('AUTH_TOKEN'),
      previousAuthToken: given(fields, 'AUTH_TOKEN_PREVIOUS'),
      apiKey: apiKey('API_KEY_SID', 'API_KEY_SECRET'),
    },
    frontline: {
      authToken: required('FRONTLINE_AUTH_TOKEN'),
      previousAuthToken: given(fields, 'FRONTLINE_AUTH_TOKEN_PREVIOUS'),
      apiKey: apiKey('FRONTLINE_API_KEY_SID', 'FRONTLINE_API_KEY_SECRET'),
    },
    stampKey: required('STAMP_KEY'),
  };
  if (problems.length > 0) throw new WrongSecrets(problems);
  return secrets;
};

export type AccountSecrets = {
  readonly authToken: string;
  readonly previousAuthToken: string | undefined;
  /** Used for REST calls instead of the token when set. */
  readonly apiKey: { readonly sid: string; readonly secret: string } | undefined;
};

export type Secrets = { readonly flex: AccountSecrets; readonly frontline: AccountSecrets; readonly stampKey: string };
