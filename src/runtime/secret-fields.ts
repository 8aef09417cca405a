import type { SecretField } from '../contract.ts';
import type { AccountSecrets, Secrets } from './config.ts';

type Fields = Readonly<Partial<Record<SecretField, string>>>;

export class MissingSecrets extends Error {
  readonly names: readonly SecretField[];
  /** Names only, never a value. */
  constructor(names: readonly SecretField[]) {
    super(`Secrets are missing: ${names.join(', ')}`);
    this.name = 'MissingSecrets';
    this.names = names;
  }
}

/**
 * The bridge's secrets from their fields; an empty field counts as not there. An API key needs both its fields.
 * @throws MissingSecrets naming every missing field at once.
 */
export const secretsFrom = (fields: Fields): Secrets => {
  const missing: SecretField[] = [];
  const given = (name: SecretField): string | undefined => fields[name]?.trim() || undefined;
  const required = (name: SecretField): string => {
    const value = given(name);
    if (value === undefined) missing.push(name);
    return value ?? '';
  };
  const apiKey = (sidName: SecretField, secretName: SecretField): AccountSecrets['apiKey'] => {
    if (given(sidName) === undefined && given(secretName) === undefined) return undefined;
    return { sid: required(sidName), secret: required(secretName) };
  };
  const secrets: Secrets = {
    flex: {
      authToken: required('AUTH_TOKEN'),
      previousAuthToken: given('AUTH_TOKEN_PREVIOUS'),
      apiKey: apiKey('API_KEY_SID', 'API_KEY_SECRET'),
    },
    frontline: {
      authToken: required('FRONTLINE_AUTH_TOKEN'),
      previousAuthToken: given('FRONTLINE_AUTH_TOKEN_PREVIOUS'),
      apiKey: apiKey('FRONTLINE_API_KEY_SID', 'FRONTLINE_API_KEY_SECRET'),
    },
    stampKey: required('STAMP_KEY'),
  };
  if (missing.length > 0) throw new MissingSecrets(missing);
  return secrets;
};
