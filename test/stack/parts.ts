import { describe, expect, test } from '@jest/globals';
import { partsAmong } from '../../cli/stack.ts';
import { QUEUES } from '../../src/contract.ts';
import { templateOf } from './synthesised.ts';

/** CloudFormation's list of what a deployed stack consists of. */
const listed = Object.entries(templateOf().toJSON().Resources as Record<string, { Type: string }>).map(
  ([logicalId, { Type }]) => ({ type: Type, logicalId, physicalId: `the ${logicalId}` }),
);

describe('the parts of a deployed stack', () => {
  test('are found by the names that the stack gives them', () => {
    const parts = partsAmong(listed);
    expect(parts?.tableName).toMatch(/^the State/);
    for (const queue of QUEUES) {
      const name = queue.replaceAll('-', '');
      expect(parts?.live[queue].toLowerCase()).toContain(`the ${name}queue`);
      expect(parts?.dead[queue].toLowerCase()).toContain(`the ${name}dead`);
    }
  });

  test('are not looked for in another program’s stack', () => {
    expect(partsAmong(listed.filter(({ type }) => type !== 'AWS::SQS::Queue'))).toBeUndefined();
    expect(partsAmong([])).toBeUndefined();
  });
});
