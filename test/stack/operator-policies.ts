/** What people are let do, against what the commands ask of AWS. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { templateOf } from './synthesised.ts';

const root = join(import.meta.dirname, '../..');
const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: unknown };
type Policy = {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
  readonly Roles?: unknown;
  readonly Users?: unknown;
  readonly Groups?: unknown;
};

const template = templateOf();
const policies = Object.entries(template.findResources('AWS::IAM::ManagedPolicy')).map(
  ([id, { Properties }]) => [id, Properties as Policy] as const,
);
const policyCalled = (name: string): Policy => {
  const [, found] = policies.find(([id]) => id.startsWith(`People${name}`)) ?? [];
  if (found === undefined) throw new Error(`the template has no policy ${name}`);
  return found;
};
const statements = (name: string) => policyCalled(name).PolicyDocument.Statement;
const actions = (name: string): readonly string[] => statements(name).flatMap(({ Action }) => Action);

/** What IAM calls the commands of AWS's clients. https://docs.aws.amazon.com/service-authorization/latest/reference/ */
const SERVICES: Readonly<Record<string, string>> = { 'secrets-manager': 'secretsmanager' };
const actionOf = (client: string, command: string): string => {
  if (client === 'api-gateway') return 'apigateway:GET';
  const name = client === 'sqs' ? command.replace(/Batch$/, '') : command;
  return `${SERVICES[client] ?? client}:${name}`;
};

/** Those of the commands, and those of the adapters by which they reach a stack. */
const files = [
  ...globSync('cli/**/*.ts', { cwd: root }),
  ...[...textOf('cli/aws.ts').matchAll(/from '\.\.\/(src\/adapters\/(?:sqs|dynamodb)\/[\w-]+\.ts)'/g)].map(
    ([, file = '']) => file,
  ),
];
const asked = files.flatMap((file) =>
  [...textOf(file).matchAll(/import \{([^}]+)\} from '@aws-sdk\/client-([\w-]+)'/g)].flatMap(
    ([, names = '', client = '']) =>
      names
        .split(',')
        .map((name) => /^(?:paginate(\w+)|(\w+)Command)$/.exec(name.trim()))
        .flatMap((found) => (found === null ? [] : [actionOf(client, found[1] ?? found[2] ?? '')])),
  ),
);

/** Asked only to see whether the service is there, which a refusal says as well. */
const MAY_BE_REFUSED = ['sqs:ListQueues', 'dynamodb:ListTables', 'sns:ListTopics'];
/** The runbook's: the dashboard, the logs, "Start DLQ redrive" in SQS's console. */
const BY_HAND = [
  'cloudwatch:GetDashboard',
  'logs:DescribeLogGroups',
  'logs:FilterLogEvents',
  'logs:GetLogEvents',
  'logs:GetQueryResults',
  'logs:StartQuery',
  'logs:StopQuery',
  'sqs:ListMessageMoveTasks',
  'sqs:StartMessageMoveTask',
];

const sorted = (all: readonly string[]): readonly string[] => [...new Set(all)].sort();

describe('the policies for people', () => {
  test('allow just what the commands ask of AWS, and what the runbook does by hand', () => {
    expect(asked.length).toBeGreaterThan(20);
    expect(sorted([...actions('Operators'), ...actions('TokenKeepers')])).toEqual(
      sorted([...asked.filter((action) => !MAY_BE_REFUSED.includes(action)), ...BY_HAND]),
    );
  });

  test('keep the tokens apart: only one of them reads or writes the secret', () => {
    expect(actions('Operators').filter((action) => /SecretValue/.test(action))).toEqual([]);
    expect(sorted(actions('TokenKeepers'))).toEqual([
      'secretsmanager:GetSecretValue',
      'secretsmanager:ListSecrets',
      'secretsmanager:PutSecretValue',
    ]);
  });

  test('change nothing but what is the stack’s own', () => {
    const everywhere = ['Operators', 'TokenKeepers']
      .flatMap(statements)
      .filter(({ Resource }) => Resource === '*')
      .flatMap(({ Action }) => Action);
    for (const action of everywhere) expect(action).toMatch(/:(?:Describe|Get|List)|^logs:StopQuery$/);
    for (const { Effect, Action, Resource } of ['Operators', 'TokenKeepers'].flatMap(statements))
      expect([Effect, Action, Resource]).toEqual(['Allow', Action, expect.anything()]);
  });

  test('send to live queues and take from dead ones, never the other way round', () => {
    const onQueues = statements('Operators').filter(({ Action }) => [Action].flat().includes('sqs:GetQueueAttributes'));
    const named = onQueues.map(({ Action, Resource }) => [
      [Action].flat().includes('sqs:SendMessage') ? 'sends' : 'takes',
      (JSON.stringify(Resource).match(/"\w+(Queue|Dead)[0-9A-F]{8}"/g) ?? []).map((id) => /Queue|Dead/.exec(id)?.[0]),
    ]);
    expect(named).toEqual([
      ['sends', ['Queue', 'Queue', 'Queue']],
      ['takes', ['Dead', 'Dead', 'Dead']],
    ]);
  });

  test('are given to nobody by the stack itself, and fit what IAM takes', () => {
    expect(policies).toHaveLength(2);
    for (const [, policy] of policies) {
      expect([policy.Roles, policy.Users, policy.Groups]).toEqual([undefined, undefined, undefined]);
      // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
      expect(JSON.stringify(policy.PolicyDocument).length).toBeLessThan(6144);
    }
    for (const [name, output] of [
      ['Operators', 'OperatorPolicy'],
      ['TokenKeepers', 'TokenPolicy'],
    ] as const) {
      const id = policies.find(([one]) => one.startsWith(`People${name}`))?.[0];
      expect(template.toJSON().Outputs[output].Value).toEqual({ Ref: id });
    }
  });
});
