/**
 * An agent writes to the customer in a stray conversation: from there it goes to the phone, by Frontline's number, and
 * there it stays. In the chat it would be a message like any other, which Flex's number carries to the phone again; and
 * nothing that is sure to last could say that it must not. So the agent is told, once.
 */
import type { Agents } from '../agents/agents.ts';
import { writeSystemNotice } from '../agents/system-notice.ts';
import { twinOf } from '../agents/twin.ts';
import type { BridgeDeps } from '../deps.ts';
import type { Run } from '../jobs/run.ts';
import type { Message } from '../model/event.ts';
import { leaseLost, type Outcome } from '../model/outcome.ts';
import { writeSkipped } from '../state/ledger.ts';
import { moveStrayOn, type Stray } from '../state/strays.ts';
import { rowOfJoined } from './joined.ts';

const TEXT =
  "The customer of this conversation is in another chat, which is in Flex, too. What you write here reaches him by Frontline's number, and is shown in neither.";

/** @returns the stray as it stands then; or how the run ends. @throws TwilioError; repeating is safe. */
export const tellAgent = async (
  deps: BridgeDeps,
  { workers }: Agents,
  stray: Stray,
  { author, sid, index }: Message,
  run: Run,
): Promise<Stray | Outcome> => {
  const himself = await workers.frontline.named(author);
  const twin = himself && (await twinOf(workers, 'frontline', himself));
  if (twin !== undefined) {
    const notice = { key: `stray-${stray.conversation}`, text: TEXT };
    const told = await writeSystemNotice(deps, twin.sid, notice, run);
    if ('end' in told && told.end === 'retry') return told;
  }
  await writeSkipped(deps, rowOfJoined(stray, sid), 'not_the_customer');
  deps.journal({ step: 'skipped', type: 'stray', lane: 'toFlex', reason: 'not_the_customer', sids: [sid] });
  return (await moveStrayOn(deps, stray, index)) ?? leaseLost();
};
