/** Twilio's published OpenAPI specifications, as its own package ships them: https://github.com/twilio/twilio-oai */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OpenAPIBackend } from 'openapi-backend';

export type Definition = Extract<ConstructorParameters<typeof OpenAPIBackend>[0]['definition'], object>;

const files: Readonly<Record<string, string>> = {
  'chat.twilio.com': 'twilio_chat_v2.json',
  'conversations.twilio.com': 'twilio_conversations_v1.json',
  'taskrouter.twilio.com': 'twilio_taskrouter_v1.json',
  'proxy.twilio.com': 'twilio_proxy_v1.json',
  'flex-api.twilio.com': 'twilio_flex_v1.json',
  'frontline-api.twilio.com': 'twilio_frontline_v1.json',
};

const folder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('@twilio-alpha/mcp/package.json')), 'twilio-oai/spec/json');

/** `nullable` without a type means nothing in JSON Schema, and the validator refuses it: there it is dropped. */
const readable = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'nullable' in value && !('type' in value)
    ? Object.fromEntries(Object.entries(value).filter(([name]) => name !== 'nullable'))
    : value;

export const specifications = (): ReadonlyMap<string, Definition> =>
  new Map(
    Object.entries(files).map(([host, file]) => [
      host,
      JSON.parse(readFileSync(join(folder(), file), 'utf8'), readable) as Definition,
    ]),
  );
