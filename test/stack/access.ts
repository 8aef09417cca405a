/** The access that lib/functions.ts declares, against what the template's policies let each function's role do. */
import { describe, expect, test } from '@jest/globals';
import type { Access } from '../../lib/constructs/access.ts';
import { FUNCTIONS, type FunctionName } from '../../lib/functions.ts';
import { QUEUES, RESOURCES, TABLE } from '../../src/contract.ts';
import { templateOf } from './synthesised.ts';

/** The ways to name a resource in a policy, as far as the stack uses them; a plain string would be `*`. */
type Reference =
  | string
  | { readonly Ref: string }
  | { readonly 'Fn::GetAtt': readonly [id: string, attribute: string] }
  | { readonly 'Fn::Join': readonly [separator: '', parts: readonly [Reference, path: string]] };
type Statement = {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource: Reference | readonly Reference[];
};
type Policy = { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };
type RolePolicy = Policy & { readonly Roles: readonly Reference[] };
type Role = { readonly Policies?: unknown; readonly ManagedPolicyArns?: unknown };
type Mapping = { readonly FunctionName: Reference; readonly EventSourceArn: Reference };
type LambdaFunction = {
  readonly Role: Reference;
  readonly LoggingConfig: { readonly LogGroup: Reference };
  readonly Environment: { readonly Variables: Readonly<Record<string, Reference>> };
};

const template = templateOf();
const found = <T>(type: string): readonly (readonly [id: string, properties: T])[] =>
  Object.entries(template.findResources(type)).map(([id, { Properties }]) => [id, Properties as T]);

const idOf = (reference: Reference): string => {
  if (typeof reference === 'string') return reference;
  if ('Ref' in reference) return reference.Ref;
  if ('Fn::GetAtt' in reference) return reference['Fn::GetAtt'][0];
  const [, [whole, path]] = reference['Fn::Join'];
  return `${idOf(whole)}${path}`;
};

const functionNamed = (name: FunctionName): readonly [id: string, properties: LambdaFunction] => {
  const [one] = found<LambdaFunction>('AWS::Lambda::Function').filter(([id]) => id.slice(0, -8) === name);
  if (one === undefined) throw new Error(`the template has no function ${name}`);
  return one;
};

/** Resources by logical id, under the names by which the function itself knows them: those of its environment. */
const namesFor = ({ Environment, LoggingConfig }: LambdaFunction): ReadonlyMap<string, string> => {
  const known = RESOURCES.map((variable) => [idOf(Environment.Variables[variable] as Reference), variable] as const);
  const table = known.find(([, variable]) => variable === 'TABLE_NAME')?.[0] ?? '';
  return new Map([...known, [idOf(LoggingConfig.LogGroup), 'log'], [`${table}/index/${TABLE.listIndex}`, 'due index']]);
};

const sorted = (permissions: readonly string[]): readonly string[] => [...new Set(permissions)].sort();
const on = (resource: string, actions: readonly string[]): readonly string[] =>
  actions.map((action) => `${action} on ${resource}`);

/** All that the policies of a function's role allow. */
const allowed = (properties: LambdaFunction): readonly string[] => {
  const names = namesFor(properties);
  const statements = found<RolePolicy>('AWS::IAM::Policy')
    .filter(([, { Roles }]) => Roles.map(idOf).includes(idOf(properties.Role)))
    .flatMap(([, { PolicyDocument }]) => PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
  const permissions = statements.flatMap(({ Action, Resource }) =>
    [Resource]
      .flat()
      .map((resource) => idOf(resource as Reference))
      .flatMap((id) => on(names.get(id) ?? id, [Action].flat() as readonly string[])),
  );
  return sorted(permissions);
};

const SEND = ['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage'];
const CONSUME = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const READ_SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const WRITE_LOG = ['logs:CreateLogStream', 'logs:PutLogEvents'];

const variable = (queue: string): string => queue.toUpperCase().replaceAll('-', '_');

/** What a declaration means, in the actions of IAM. Said here anew, so that a grant that means more is seen. */
const declared = ({ consumes, sends = [], table = [], listIndex = [], secret }: Access): readonly string[] =>
  sorted([
    ...on('log', WRITE_LOG),
    ...sends.flatMap((queue) => on(`${variable(queue)}_QUEUE_URL`, SEND)),
    ...(consumes === undefined ? [] : on(`${variable(consumes)}_QUEUE_URL`, CONSUME)),
    ...(consumes === undefined ? [] : on(`${variable(consumes)}_DEAD_URL`, SEND)),
    ...table.flatMap((action) => on('TABLE_NAME', [`dynamodb:${action}`])),
    ...listIndex.flatMap((action) => on('due index', [`dynamodb:${action}`])),
    ...(secret === 'read' ? on('SECRET_ARN', READ_SECRET) : []),
  ]);

describe('the access that a function declares', () => {
  const names = Object.keys(FUNCTIONS) as readonly FunctionName[];

  test.each(names)('is all that the role of %s allows, and no less', (name) => {
    const [, properties] = functionNamed(name);
    expect(allowed(properties)).toEqual(declared(FUNCTIONS[name].access));
  });

  test.each(names)('names the queue that feeds %s, if any does', (name) => {
    const [id, properties] = functionNamed(name);
    const { consumes }: Access = FUNCTIONS[name].access;
    const sources = found<Mapping>('AWS::Lambda::EventSourceMapping')
      .filter(([, { FunctionName }]) => idOf(FunctionName) === id)
      .map(([, { EventSourceArn }]) => namesFor(properties).get(idOf(EventSourceArn)));
    expect(sources).toEqual(consumes === undefined ? [] : [`${variable(consumes)}_QUEUE_URL`]);
  });

  test('is given by the policies of its role alone: no other role stands there, and no queue lets anyone in', () => {
    const roles = found<Role>('AWS::IAM::Role');
    expect(roles.map(([id]) => id).sort()).toEqual(names.map((name) => idOf(functionNamed(name)[1].Role)).sort());
    for (const [, role] of roles) expect([role.Policies, role.ManagedPolicyArns]).toEqual([undefined, undefined]);
    expect(found('AWS::SecretsManager::ResourcePolicy')).toEqual([]);
    for (const [, { Roles }] of found<Partial<RolePolicy>>('AWS::IAM::ManagedPolicy')) expect(Roles).toBeUndefined();
    const ofQueues = found<Policy>('AWS::SQS::QueuePolicy').flatMap(
      ([, { PolicyDocument }]) => PolicyDocument.Statement,
    );
    expect(new Set(ofQueues.map(({ Effect }) => Effect))).toEqual(new Set(['Deny']));
  });

  test('leaves no queue without a function that feeds it and one that consumes it', () => {
    const all: readonly Access[] = names.map((name) => FUNCTIONS[name].access);
    for (const queue of QUEUES) {
      expect(all.filter(({ consumes }) => consumes === queue)).toHaveLength(1);
      expect(all.filter(({ sends }) => sends?.includes(queue)).length).toBeGreaterThan(0);
    }
  });
});
