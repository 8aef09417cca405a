/** Every alarm reaches its topic: CloudWatch may publish there, whatever policy takes the place of the default one. */
import { expect, test } from '@jest/globals';
import { templateOf } from './synthesised.ts';

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal: { readonly Service?: string } | '*';
  readonly Resource: { readonly Ref: string };
  readonly Condition?: unknown;
};
type TopicPolicy = {
  readonly Topics: readonly { readonly Ref: string }[];
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
};

const template = templateOf();
const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
const policies = Object.values(template.findResources('AWS::SNS::TopicPolicy')).map(
  ({ Properties }) => Properties as TopicPolicy,
);

/** A topic without a policy has AWS's own, by which its account may publish. */
const mayPublish = (topic: string): boolean => {
  const [policy] = policies.filter(({ Topics }) => Topics.some(({ Ref }) => Ref === topic));
  if (policy === undefined) return true;
  return policy.PolicyDocument.Statement.some(
    ({ Effect, Action, Principal, Resource, Condition }) =>
      Effect === 'Allow' &&
      [Action].flat().includes('sns:Publish') &&
      Principal !== '*' &&
      Principal.Service === 'cloudwatch.amazonaws.com' &&
      Resource.Ref === topic &&
      JSON.stringify(Condition) === '{"StringEquals":{"aws:SourceAccount":{"Ref":"AWS::AccountId"}}}',
  );
};

test.each(alarms)('%s reaches whoever subscribed, when it rings and when it is over', (_, { Properties }) => {
  const { AlarmActions = [], OKActions = [] } = Properties as Record<string, readonly { readonly Ref: string }[]>;
  const topics = [...AlarmActions, ...OKActions].map(({ Ref }) => Ref);
  expect(topics).toHaveLength(2);
  expect(topics.filter((topic) => !mayPublish(topic))).toEqual([]);
});

test('nobody may publish to the topic without TLS', () => {
  const denied = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).filter((s) => s.Effect === 'Deny');
  expect(JSON.stringify(denied)).toContain('"aws:SecureTransport":"false"');
});
