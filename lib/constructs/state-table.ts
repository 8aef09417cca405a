import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { TABLE } from '../../src/contract.ts';
import type { Stage } from '../stage.ts';
import { removalPolicy } from './log.ts';

const text = (name: string) => ({ name, type: AttributeType.STRING });

/**
 * Pairs, aliases, rows. No message text stands here, so the key that DynamoDB owns is enough and costs nothing
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
      indexName: TABLE.dueIndex,
      partitionKey: text(TABLE.duePk),
      sortKey: text(TABLE.dueSk),
      projectionType: ProjectionType.ALL,
    });
  }

  /** What one conditional write and the read before it need. */
  grantState(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resourceArns: [this.tableArn],
    });
  }

  /** Looking through the rows of one chat, when a copy does not say what it is a copy of. */
  grantLookingThrough(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [this.tableArn] });
  }

  /** Listing what is due, by the index alone. */
  grantListing(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['dynamodb:Query'],
      resourceArns: [`${this.tableArn}/index/${TABLE.dueIndex}`],
    });
  }
}
