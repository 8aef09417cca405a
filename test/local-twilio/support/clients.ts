import twilio from 'twilio';
import { FLEX, FRONTLINE } from '../../../local-twilio/defaults.ts';

/** The official clients, unchanged but for their base URLs. */
export const flexClient = (url: string, token: string = FLEX.authToken) => {
  const client = twilio(FLEX.accountSid, token);
  client.chat.baseUrl = `${url}/chat.twilio.com`;
  client.taskrouter.baseUrl = `${url}/taskrouter.twilio.com`;
  client.proxy.baseUrl = `${url}/proxy.twilio.com`;
  client.flexApi.baseUrl = `${url}/flex-api.twilio.com`;
  return client;
};

export const frontlineClient = (url: string) => {
  const client = twilio(FRONTLINE.accountSid, FRONTLINE.authToken);
  client.conversations.baseUrl = `${url}/conversations.twilio.com`;
  client.taskrouter.baseUrl = `${url}/taskrouter.twilio.com`;
  return client;
};

/** What a refused call says. */
export const refusal = async (call: Promise<unknown>): Promise<{ status: unknown; code: unknown }> => {
  try {
    await call;
  } catch (error) {
    const { status, code } = error as { status?: unknown; code?: unknown };
    return { status, code };
  }
  throw new Error('the call was not refused');
};
