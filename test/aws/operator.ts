/** The operator's commands against the deployed stack. */

import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalTwilio } from '../../local-twilio/twilio.ts';
import { createDynamoStore } from '../../src/adapters/dynamodb/store.ts';
import type { ChannelSid, MessageSid } from '../../src/core/model/sids.ts';
import { pairId } from '../../src/core/state/items.ts';
import { writeParked } from '../../src/core/state/ledger.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import type { Checks } from './checks.ts';
import type { Chat } from './conversation.ts';
import { bridge, type Ran, succeeded } from './programs.ts';

type Deployed = {
  readonly check: Checks['check'];
  readonly equal: (what: string, actual: unknown, expected: unknown) => void;
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
  readonly emulator: { readonly url: string };
  readonly twilio: LocalTwilio;
  readonly chat: Chat;
};

const PATIENCE_MS = 300_000;
const LOST = 'its webhook was lost';
const POISON = 'it was given up';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

/** What the release before would find after the next one was rolled back. @returns how to take it away again. */
const buryUnreadable = async ({ emulator }: Deployed): Promise<() => Promise<void>> => {
  const client = new SQSClient({ endpoint: emulator.url, region: 'eu-central-1', credentials });
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
  const QueueUrl = QueueUrls.find((url) => url.includes('FlexEventsDead'));
  const reason = { DataType: 'String', StringValue: 'unreadable' };
  await client.send(
    new SendMessageCommand({
      ...{ QueueUrl, MessageBody: '{"v":99}', MessageGroupId: 'one', MessageDeduplicationId: 'one' },
      MessageAttributes: { reason },
    }),
  );
  return async () => {
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    client.destroy();
  };
};

/** As the consumer parks it: the state machine's Twilio refuses nothing that a person could write. */
const park = async ({ emulator, chat }: Deployed, sid: MessageSid, index: number): Promise<void> => {
  const client = new DynamoDBClient({ endpoint: emulator.url, region: 'eu-central-1', credentials });
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  const tableName = TableNames.find((name) => name.includes('State')) ?? '';
  const deps = { store: createDynamoStore({ client, tableName }), clock: systemClock, nonce: () => 'parked' };
  await writeParked(
    deps,
    { pair: { id: pairId('flex', chat.channelSid as ChannelSid), generation: 1 }, lane: 'toFrontline', sid },
    { reason: 'refused', index, code: 50504 },
  );
  client.destroy();
};

/** A message that the bridge has heard nothing of. */
const unheard = async ({ twilio, chat }: Deployed, body: string) => {
  const end = twilio.faults.add({ fault: 'webhook.lost', p: 1 });
  const written = twilio.customer.writes(chat.channelSid, body);
  end();
  return written;
};

/** The first line: the AWS client warns on stderr of an emulator's queue addresses. */
const read = ({ output }: Ran) => JSON.parse(output.split('\n')[0] ?? '');

export const operated = async (deployed: Deployed): Promise<void> => {
  const { check, equal, stack, env, twilio, chat } = deployed;
  const there = () => twilio.reads.transcript('frontline', chat.conversationSid).map(({ body }) => body ?? '');
  const ask = (...args: readonly string[]) => bridge([...args, '--stack', stack, '--json'], env);
  /** What was said at once is compared once more when it stands; until then its lanes are marked. */
  const well = async (end = Date.now() + PATIENCE_MS): Promise<Ran> => {
    const ran = await ask('status');
    return ran.code === 0 || Date.now() > end ? ran : well(end);
  };
  const parked = async (): Promise<number> => read(await ask('status')).parked.total;

  await check('bridge status of the stack: all is well', async () => {
    const seen = read(await succeeded(well()));
    equal('pairs', [seen.pairs.open, seen.wrong], [1, []]);
  });
  await check('bridge status of a stack that is not there exits 3', async () => {
    equal('exit code', (await bridge(['status', '--stack', 'no-such-stack'], env)).code, 3);
  });
  await check('bridge repair brings over a message whose webhook was lost', async () => {
    let verdicts: readonly string[] = [];
    // The sweep, which comes every minute, may find it first.
    for (let n = 1; n <= 3 && verdicts[0] !== 'repaired'; n += 1) {
      await unheard(deployed, `${LOST} ${n}`);
      const { lanes } = read(await succeeded(ask('repair', chat.conversationSid)));
      verdicts = lanes.map(({ verdict }: { readonly verdict: string }) => verdict);
      equal('copies', there().filter((body) => body === `${LOST} ${n}`).length, 1);
    }
    equal('verdicts', verdicts, ['repaired', 'clean']);
  });
  await check('bridge redrive shows what is parked, puts it back late, and three times is once', async () => {
    const { sid, index } = await unheard(deployed, POISON);
    await park(deployed, sid, index);
    equal('dry run', read(await succeeded(ask('redrive'))).parked[0].sid, sid);
    equal('parked', await parked(), 1);
    for (let run = 0; run < 3; run += 1) await succeeded(ask('redrive', '--apply', '--chat', chat.channelSid));
    equal('copies', there().filter((body) => body.startsWith('[Late') && body.endsWith(POISON)).length, 1);
    equal('parked', await parked(), 0);
  });
  await check('bridge status and redrive name what cannot be put back, and leave it where it is', async () => {
    const takeAway = await buryUnreadable(deployed);
    const { deadLetters, wrong } = read(await ask('status'));
    equal('status', [deadLetters, wrong], [{ total: 1, byReason: { unreadable: 1 } }, ['dead letters']]);
    for (let look = 0; look < 2; look += 1)
      equal('redrive', read(await ask('redrive')).deadLetters[0]?.reason, 'unreadable');
    await takeAway();
  });
};
