/**
 * Notices: what the agent is told, where no customer reads, of a message that did not reach its other side. A notice
 * is a message of its own on lane F, with intent and row like any other.
 */
import type { Item, Key } from './change.ts';
import type { BridgeDeps } from './deps.ts';
import { encodeEnvelope, type Undelivered } from './event.ts';
import type { Queues } from './ports.ts';
import { minute } from './render.ts';

const prefix = 'notice#';

/** Under which source SID a notice stands in intents, rows and stamps. */
export const noticeSid = (about: string): string => `${prefix}${about}`;
export const isNotice = (sid: string): boolean => sid.startsWith(prefix);

export const NOTICE_AUTHOR = 'Bridge';

/** What went wrong is named by reason and code, the message by its time; what was said is not repeated. */
export const noticeText = ({ way, reason, code, createdAt }: Undelivered): string => {
  const why = code === undefined ? reason : `${reason}, Twilio's error ${code}`;
  const written = createdAt === undefined ? '' : `, written ${minute(createdAt)} UTC,`;
  switch (way) {
    case 'F':
      return `[Bridge] A message from Flex${written} could not be shown here (${why}). Please read it in Flex.`;
    case 'B':
      return `[Bridge] A message of yours${written} was not delivered to Flex (${why}).`;
    case 'forward':
      return `[Bridge] A message${written} may not have been delivered to the customer by SMS (${why}).`;
    default:
      return way satisfies never;
  }
};

type Deps = Pick<BridgeDeps, 'clock' | 'nonce'> & { readonly queues: Pick<Queues, 'send'> };

/** Puts the notice on lane F's own queue. `home` is the pair's key. */
export const askForNotice = (
  deps: Pick<Deps, 'queues' | 'clock'>,
  channel: string,
  home: string,
  about: Undelivered,
): Promise<void> =>
  deps.queues.send('flex-events', {
    group: channel,
    dedupe: noticeSid(about.sid),
    body: encodeEnvelope({ receivedAt: deps.clock.now(), work: { kind: 'notice', home, about } }),
  });

/** Seconds. Nobody looks for a message of last week because of a notice. */
const KEEP_SECONDS = 7 * 24 * 3600;
const DUE = 'notice';

const keptKey = (home: string, { sid }: Undelivered): Key => ({ pk: home, sk: `n#${sid}` });

/** The conversation does not take it now: it waits in the store, and the sweep asks again. */
export const keepNotice = async (
  deps: Pick<BridgeDeps, 'store' | 'clock' | 'nonce'>,
  channel: string,
  home: string,
  about: Undelivered,
): Promise<void> => {
  const key = keptKey(home, about);
  const { sid, way, reason, code, createdAt } = about;
  await deps.store.write(key, {
    when: [['lacks', 'pk']],
    set: {
      ...{ due: DUE, dk: `${key.pk}#${key.sk}`, channel, sid, way, reason },
      ...(code === undefined ? {} : { code }),
      ...(createdAt === undefined ? {} : { createdAt }),
      ttl: Math.floor(deps.clock.now() / 1000) + KEEP_SECONDS,
    },
    nonce: ['n', deps.nonce()],
  });
};

/** It stands there, or never will. */
export const dropNotice = async (
  deps: Pick<BridgeDeps, 'store' | 'nonce'>,
  home: string,
  about: Undelivered,
): Promise<void> => {
  await deps.store.write(keptKey(home, about), {
    when: [['has', 'due']],
    remove: ['due', 'dk'],
    nonce: ['n', deps.nonce()],
  });
};

/** Those that wait, each on its chat's queue again. */
export const sendKeptNotices = async (deps: Deps & Pick<BridgeDeps, 'store'>): Promise<void> => {
  let after: string | undefined;
  do {
    const page = await deps.store.listDue(DUE, { limit: 100, after });
    await Promise.all(page.items.map((item) => sendKept(deps, item)));
    after = page.next;
  } while (after !== undefined);
};

const sendKept = (deps: Deps, item: Item): Promise<void> => {
  const about: Undelivered = {
    sid: String(item.sid),
    way: item.way as Undelivered['way'],
    reason: String(item.reason),
    code: typeof item.code === 'number' ? item.code : undefined,
    createdAt: typeof item.createdAt === 'string' ? item.createdAt : undefined,
  };
  return deps.queues.send('flex-events', {
    group: String(item.channel),
    dedupe: `${noticeSid(about.sid)}-${deps.nonce()}`,
    body: encodeEnvelope({
      receivedAt: deps.clock.now(),
      work: { kind: 'notice', home: String(item.pk), about, kept: true },
    }),
  });
};
