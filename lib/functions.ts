import { TIMES } from '../src/contract.ts';
import type { FunctionDeclaration } from './constructs/bridge-function.ts';

/**
 * The stack's functions, by the id of their construct: what each is for, what its role may do, and who is hurt when it
 * fails.
 */
export const FUNCTIONS = {
  Webhook: {
    code: 'webhook',
    description: 'Verifies webhooks and stores them on their queues',
    timeoutSeconds: 5, // it answers within 4; Twilio itself waits no longer than 5
    access: { sends: ['flex-events', 'frontline-events', 'default-webhook'], secret: 'read' },
    harm: 'Customers and agents may miss messages until the sweep repairs their chats: the function lost a webhook.',
    runbook: 'The webhook function fails',
  },
  Callbacks: {
    code: 'callbacks',
    description: "Answers Frontline's app, and the page that asks for agents",
    timeoutSeconds: 7, // it answers within 5.2; Frontline itself waits no longer than 6
    // The pairs that it reads of, and what it notes when it tells an agent that somebody waits.
    access: { sends: ['flex-events'], table: ['GetItem', 'UpdateItem'], secret: 'read' },
    harm: 'Agents in Frontline do not see customers and templates, and begin no conversations.',
    runbook: 'The callbacks function fails',
  },
  ReplicateFlex: {
    code: 'replicate',
    description: 'Carries Flex chats to Frontline',
    timeoutSeconds: TIMES.functionTimeout,
    access: {
      consumes: 'flex-events',
      // Jobs for either lane; and of a chat that cannot be linked yet, what its customer's phone still lacks.
      sends: ['flex-events', 'frontline-events', 'default-webhook'],
      table: ['GetItem', 'UpdateItem', 'Query'],
      listIndex: ['Query'],
      secret: 'read',
    },
    harm: 'Agents in Frontline get messages from some Flex chats minutes late.',
    runbook: 'The function that replicates from Flex fails',
  },
  ReplicateFrontline: {
    code: 'replicate',
    description: 'Carries Frontline conversations to Flex',
    timeoutSeconds: TIMES.functionTimeout,
    access: {
      consumes: 'frontline-events',
      sends: ['flex-events', 'frontline-events'], // jobs for either lane
      table: ['GetItem', 'UpdateItem', 'Query'],
      listIndex: ['Query'],
      secret: 'read',
    },
    harm: 'Some customers get what agents write in Frontline minutes late.',
    runbook: 'The function that replicates from Frontline fails',
  },
  Forward: {
    code: 'forward',
    description: 'Posts events to the webhook of Flex itself, which sends the SMS of the customer',
    timeoutSeconds: TIMES.functionTimeout,
    // It sends the notices that tell an agent what did not reach the customer.
    access: { consumes: 'default-webhook', sends: ['flex-events'], table: ['GetItem', 'UpdateItem'], secret: 'read' },
    harm: 'Some customers on SMS get messages minutes late.',
    runbook: 'The forward function fails',
  },
  Sweep: {
    code: 'sweep',
    description: 'Looks every minute for chats that need repair',
    timeoutSeconds: TIMES.sweepTimeout, // two may run side by side: only one of them compares pairs, by its lease
    access: {
      sends: ['flex-events', 'frontline-events', 'default-webhook'], // jobs, and posts whose own webhook was lost
      table: ['GetItem', 'BatchGetItem', 'UpdateItem', 'Query'],
      listIndex: ['Query'],
      secret: 'read',
    },
    harm: 'Customers and agents whose chat lost a webhook go on missing messages while the sweep fails.',
    runbook: 'The sweep fails',
  },
} as const satisfies Readonly<Record<string, FunctionDeclaration>>;

export type FunctionName = keyof typeof FUNCTIONS;
