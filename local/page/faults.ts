/** The local Twilio's misbehaviour that the page can switch on. */
import type { Fault } from '../../local-twilio/faults.ts';

export type Nuisance = { readonly name: string; readonly label: string; readonly fault: Fault };

/** Writes, so that the bridge meets it where it hurts. */
const writes = { only: 'POST' } as const;

export const nuisances: readonly Nuisance[] = [
  {
    name: 'doubled',
    label: 'Every webhook is sent twice',
    fault: { fault: 'webhook.doubled', p: 1, maxMs: 400 },
  },
  {
    name: 'swapped',
    label: 'Half of the webhooks arrive out of order',
    fault: { fault: 'webhook.swapped', p: 0.5, maxMs: 1500 },
  },
  {
    name: 'lost',
    label: 'One message webhook in three is lost',
    fault: { fault: 'webhook.lost', p: 0.33, only: 'onMessage' },
  },
  {
    name: 'answer-lost',
    label: 'One write in three loses its answer',
    fault: { fault: 'rest.answer-lost', p: 0.33, loss: 'destroy', ...writes },
  },
  {
    name: 'late',
    label: 'One write in three is late and unanswered',
    fault: { fault: 'rest.late-commit', p: 0.33, loss: 'destroy', maxMs: 2000, ...writes },
  },
  {
    name: 'busy',
    label: 'One call in three is refused (429)',
    fault: { fault: 'rest.429', p: 0.33, retryAfter: 1 },
  },
  {
    name: 'down',
    label: 'Frontline is down (503)',
    fault: { fault: 'side.down', p: 1, account: 'frontline', how: '503' },
  },
];
