import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TABLE } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { removalPolicy } from './log.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * What functions do with items, in DynamoDB's words. A conditional write is an UpdateItem after a GetItem; Query looks
 * through the rows of one chat, when a copy does not say what it is a copy of.
 */
export type ItemAction = 'GetItem' | 'UpdateItem' | 'Query';

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
    });
    this.addGlobalSecondaryIndex({
      indexName: TABLE.listIndex,
      partitionKey: text(TABLE.list),
      sortKey: text(TABLE.listOrder),
      projectionType: ProjectionType.ALL,
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
