/** `npm start` with nothing configured, where the bridge and the local Twilio are one process and die together. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type LocalTwilioAt, localTwilioAt } from '../../local/local-twilio-at.ts';
import type { ReadContainer, ReadMessage } from '../../local-twilio/reads.ts';
import { startLocalTwilio } from '../../local-twilio/server.ts';
import { ann } from './support/chat.ts';
import { announced, type Child, run } from './support/child.ts';
import { newFolder } from './support/machine.ts';
import { until } from './support/until.ts';

let folder: Awaited<ReturnType<typeof newFolder>>;
let child: Child | undefined;
let twilio: LocalTwilioAt;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await child?.kill();
  await folder.remove();
});

const start = async (): Promise<void> => {
  const environment = { PORT: '0', SETTLE_SECONDS: '1', SWEEP_SECONDS: '1', LEASE_SECONDS: '5' };
  child = run('local/start.js', { cwd: folder.path, environment });
  twilio = localTwilioAt((await announced(child)).twilio ?? '');
};
const containers = (side: string) => twilio.get(`containers/${side}`) as Promise<readonly ReadContainer[]>;
const textsIn = async (side: string, sid: string) =>
  ((await twilio.get(`transcript/${side}/${sid}`)) as readonly ReadMessage[]).map(({ body }) => body);

type Chat = { readonly channel: string; readonly conversation: string };

const linked = async (): Promise<Chat> => {
  const begun = (await twilio.post('customer/beginWebChat', [])) as { channelSid: string; taskSid: string };
  const offer = await twilio.post('flexAgent/isOffered', [ann.flexWorkerSid, begun.taskSid]);
  await twilio.post('flexAgent/accepts', [(offer as { reservationSid: string }).reservationSid]);
  const conversation = await until('the link', async () =>
    (await containers('frontline')).find(
      ({ attributes, members }) =>
        attributes.includes(begun.channelSid) && members.some(({ identity }) => identity === ann.email),
    ),
  );
  return { channel: begun.channelSid, conversation: conversation.sid };
};
const bothTell = async ({ channel, conversation }: Chat, texts: readonly string[]): Promise<void> => {
  const both = async () => [await textsIn('flex', channel), await textsIn('frontline', conversation)];
  await until(`both to tell ${texts.length} texts`, async () =>
    (await both()).every((side) => side.length >= texts.length),
  );
  expect(await both()).toEqual([texts, texts]);
};

describe('npm start with nothing configured', () => {
  test('goes on with the same chats after it was killed with -9', async () => {
    await start();
    const chat = await linked();
    await twilio.post('customer/writes', [chat.channel, 'one']);
    await bothTell(chat, ['one']);
    await child?.kill();
    await start();
    await bothTell(chat, ['one']);
    await twilio.post('frontlineAgent/writes', [ann.email, chat.conversation, 'two']);
    await bothTell(chat, ['one', 'two']);
    await twilio.post('customer/writes', [chat.channel, 'three']);
    await bothTell(chat, ['one', 'two', 'three']);
  });

  test('has not forgotten a text that was written in the moment before', async () => {
    await start();
    const chat = await linked();
    await twilio.post('customer/writes', [chat.channel, 'one']);
    await child?.kill();
    await start();
    expect(await textsIn('flex', chat.channel)).toEqual(['one']);
    await bothTell(chat, ['one']);
  });

  test('begins anew when either half of what it knew is gone', async () => {
    await start();
    await linked();
    for (const half of ['local.sqlite', 'local.twilio']) {
      await child?.kill();
      await rm(folder.file(`data/${half}`));
      await start();
      expect([half, await containers('flex'), await containers('frontline')]).toEqual([half, [], []]);
      await linked();
    }
  });
});

describe('The memory of the local Twilio', () => {
  test('is none when it is of another release, or half of it', async () => {
    await mkdir(folder.file('data'));
    const file = folder.file('data/some.twilio');
    for (const bytes of ['', 'half', '\u00ff\u000f']) {
      await writeFile(file, bytes, 'latin1');
      const one = await startLocalTwilio({ validate: false, keepIn: file });
      expect(one.recalled).toBe(false);
      await one.stop();
    }
  });
});
