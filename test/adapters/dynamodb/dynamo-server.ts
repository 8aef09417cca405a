/**
 * DynamoDB in this process: dynalite, with two things of the real one put in front that it has not: a refused write
 * brings the item back when asked to, and an answer can get lost after the write was done.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { CreateTableCommand, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { createDynamoClient } from '../../../src/adapters/dynamodb/client.ts';
import { TABLE } from '../../../src/contract.ts';

type Answer = { readonly status: number; readonly body: string };

const listening = async (server: Server): Promise<string> => {
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const operation = (headers: IncomingHttpHeaders): string => String(headers['x-amz-target']).split('.')[1] ?? '';

export const startDynamo = async () => {
  const inner = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  const innerUrl = await listening(inner);
  const counts: Record<string, number> = {};
  let toLose = 0;

  const ask = async (target: string, headers: IncomingHttpHeaders, body: string): Promise<Answer> => {
    const answer = await fetch(innerUrl, {
      method: 'POST',
      headers: {
        authorization: String(headers.authorization),
        'x-amz-date': String(headers['x-amz-date']),
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${target}`,
      },
      body,
    });
    return { status: answer.status, body: await answer.text() };
  };

  const withOldItem = async (request: IncomingMessage, body: string, refused: Answer): Promise<Answer> => {
    const { TableName, Key, ReturnValuesOnConditionCheckFailure } = JSON.parse(body);
    if (ReturnValuesOnConditionCheckFailure !== 'ALL_OLD' || !refused.body.includes('ConditionalCheckFailed'))
      return refused;
    const read = await ask('GetItem', request.headers, JSON.stringify({ TableName, Key, ConsistentRead: true }));
    return { status: refused.status, body: JSON.stringify({ ...JSON.parse(refused.body), ...JSON.parse(read.body) }) };
  };

  const outer = createServer(async (request, response) => {
    const body = await text(request);
    const target = operation(request.headers);
    counts[target] = (counts[target] ?? 0) + 1;
    const first = await ask(target, request.headers, body);
    const answer = first.status === 400 ? await withOldItem(request, body, first) : first;
    if (target === 'UpdateItem' && toLose > 0) {
      toLose -= 1;
      response.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
  });
  const endpoint = await listening(outer);

  const config: DynamoDBClientConfig = {
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    // Requests are counted: none may be asked for again because this machine is busy.
    requestHandler: { connectionTimeout: 60_000, requestTimeout: 60_000 },
  };
  const client = createDynamoClient(config);
  const tableName = 'bridge';
  await client.send(
    new CreateTableCommand({
      TableName: tableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [TABLE.pk, TABLE.sk, TABLE.list, TABLE.listOrder].map((name) => ({
        AttributeName: name,
        AttributeType: 'S',
      })),
      KeySchema: [
        { AttributeName: TABLE.pk, KeyType: 'HASH' },
        { AttributeName: TABLE.sk, KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: TABLE.listIndex,
          KeySchema: [
            { AttributeName: TABLE.list, KeyType: 'HASH' },
            { AttributeName: TABLE.listOrder, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );

  return {
    client,
    tableName,
    /** Requests by operation, the SDK's own tries included. */
    counts,
    /** The answers of so many next writes do not arrive, though the writes are done. */
    loseAnswers: (count: number): void => {
      toLose = count;
    },
    close: async (): Promise<void> => {
      client.destroy();
      outer.closeAllConnections();
      await new Promise<void>((closed) => outer.close(() => closed()));
      inner.closeAllConnections();
      await new Promise<void>((closed) => inner.close(() => closed()));
    },
  };
};
