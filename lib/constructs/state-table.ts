import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { TABLE } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { BridgeAlarm } from './alarm.ts';
import { removalPolicy } from './log.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * What functions do with items, in DynamoDB's words. A conditional write is an UpdateItem after a GetItem; Query looks
 * through the rows of one chat, when a copy does not say what it is a copy of. BatchGetItem reads what a list names.
 */
export type ItemAction = 'GetItem' | 'BatchGetItem' | 'UpdateItem' | 'Query';

/**
 * A new table takes 4 000 writes a second, and doubles that by half hours
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html).
 */
const warm = ({ scale }: Stage) =>
  scale.WARM_WRITES > 0 ? { warmThroughput: { writeUnitsPerSecond: scale.WARM_WRITES } } : {};

/** The index only lists; what it lists is read and written as an item. */
export type IndexAction = 'Query';

/**
 * Pairs, aliases, rows. The table holds no message text, so the key that DynamoDB owns is enough, and costs nothing
 * (docs/adr/0101).
 */
export class StateTable extends Table {
  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id, {
      partitionKey: text(TABLE.pk),
      sortKey: text(TABLE.sk),
      timeToLiveAttribute: TABLE.ttl,
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: stage.state === 'kept',
      removalPolicy: removalPolicy(stage),
      ...warm(stage),
    });
    this.addGlobalSecondaryIndex({
      indexName: TABLE.listIndex,
      partitionKey: text(TABLE.list),
      sortKey: text(TABLE.listOrder),
      // An attribute that the index held would cost a write there with each change of it (docs/adr/0153).
      projectionType: ProjectionType.KEYS_ONLY,
      ...warm(stage),
    });
  }

  /** Writes that DynamoDB turned away are tried again; but while it turns any away, chats wait. */
  alarmOnThrottles(topic: ITopic): void {
    for (const [id, index] of [
      ['Throttles', {}],
      ['IndexThrottles', { GlobalSecondaryIndexName: TABLE.listIndex }],
    ] as const)
      new BridgeAlarm(this, id, {
        metric: new Metric({
          namespace: 'AWS/DynamoDB',
          metricName: 'WriteThrottleEvents',
          dimensionsMap: { TableName: this.tableName, ...index },
          statistic: Stats.SUM,
        }),
        above: 0,
        minutes: 3,
        ofMinutes: 15,
        harm: 'Customers and agents get messages late: the table turns writes away.',
        runbook: 'The table is throttled',
        topic,
      });
  }

  grantOnItems(grantee: IGrantable, actions: readonly ItemAction[]): Grant {
    return this.grantActions(grantee, actions, this.tableArn);
  }

  grantOnListIndex(grantee: IGrantable, actions: readonly IndexAction[]): Grant {
    return this.grantActions(grantee, actions, `${this.tableArn}/index/${TABLE.listIndex}`);
  }

  /** The table's own grant would add every index of the table (`/index/*`), which no function needs. */
  private grantActions(grantee: IGrantable, actions: readonly ItemAction[], arn: string): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [arn],
    });
  }
}
