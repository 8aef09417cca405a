/** Makes one copy say what its source says, or takes it away when the source is gone. */
import { attributesOf } from './deliver.ts';
import { type BridgeDeps, chatSide } from './deps.ts';
import type { Lane, Message } from './event.ts';
import { type Outcome, skipped } from './outcome.ts';
import { containerOf, destination, type Home, source } from './pair.ts';
import { render } from './render.ts';
import { type Row, writeDeleted } from './rows.ts';
import { TwilioTrouble } from './trouble.ts';

type Copied = Extract<Row, { state: 'ok' }>;

export const originalOf = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  sid: string,
): Promise<Message | undefined> => {
  const from = containerOf(home, source(lane));
  return from === undefined ? undefined : chatSide(deps, source(lane)).message(from, sid);
};

/** @param original undefined when it is gone at its source. */
export const renewCopy = async (
  deps: BridgeDeps,
  home: Home,
  lane: Lane,
  sid: string,
  row: Copied,
  original: Message | undefined,
): Promise<Outcome> => {
  const into = containerOf(home, destination(lane));
  if (into === undefined) return skipped('not_linked');
  const side = chatSide(deps, destination(lane));
  if (original === undefined) {
    await side.erase(into, row.copy);
    await writeDeleted(deps, home.key, lane, sid, row.copy);
    return { end: 'replicated', copies: [row.copy] };
  }
  const rendered = render(lane, original, home, row.late);
  if (rendered === undefined) return skipped('empty');
  try {
    const attributes = attributesOf(deps, lane, into, rendered, sid, 'copy');
    await side.rewrite(into, row.copy, { body: rendered.body, attributes });
  } catch (error) {
    // Gone, says Twilio, and does not say what: the copy, which somebody deleted, or the whole container.
    if (!(error instanceof TwilioTrouble) || error.remedy !== 'wait') throw error;
    if ((await side.container(into)) === undefined || (await side.message(into, row.copy)) !== undefined) throw error;
    await writeDeleted(deps, home.key, lane, sid, row.copy);
    return skipped('removed');
  }
  return { end: 'replicated', copies: [row.copy] };
};
