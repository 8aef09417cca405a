/** The one-machine host as `npm start` runs it, in a process of its own; what it asks of its store is counted. */
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startHost } from '../local/host.ts';
import { createLineJournal, jsonLine } from '../local/journal-lines.ts';
import { configWith, secretsWith } from '../sim/settings.ts';
import type { Store } from '../src/core/ports/store.ts';
import { systemClock } from '../src/runtime/system-clock.ts';
import { answerParent, argument } from './child.ts';

export type BridgePlan = {
  readonly twilioUrl: string;
  /** Data file and log are made there. */
  readonly folder: string;
  /** Hands every chat event on to Flex's own webhook, as an account with SMS needs it. */
  readonly forwards: boolean;
  /** Offers, presence and lost accepts are seen to, as with both workspaces in the settings. */
  readonly agents?: boolean | undefined;
  /** AUTO_ACCEPT_TASKS=true. */
  readonly acceptsOffers?: boolean | undefined;
  readonly sweepMs: number;
  /** What SETTLE_SECONDS says. */
  readonly settleMs: number;
};

/** Since the last reset. The forwarder's store requests are counted apart; `steps` is how events ended. */
export type BridgeTally = {
  readonly reads: number;
  readonly writes: number;
  readonly forwarder: number;
  readonly steps: Readonly<Record<string, number>>;
  /** Microseconds of processor time. */
  readonly cpu: number;
};

export type BridgeVerbs = {
  readonly where: (nothing: undefined) => { readonly url: string };
  /** This and the next when nothing is left on its queues. */
  readonly reset: (nothing: undefined) => Promise<void>;
  readonly tally: (nothing: undefined) => Promise<BridgeTally>;
};

const LOOK_MS = 20;
const plan = argument<BridgePlan>();
const counts = { reads: 0, writes: 0, forwarder: 0 };
const steps = new Map<string, number>();
let since = process.cpuUsage();

const counting = (store: Store): Store => ({
  get: (key) => {
    counts[key.sk.startsWith('f#') ? 'forwarder' : 'reads'] += 1;
    return store.get(key);
  },
  write: (key, change) => {
    counts[key.sk === 'pair' || key.sk.startsWith('m#') ? 'writes' : 'forwarder'] += 1;
    return store.write(key, change);
  },
  list: (name, page) => store.list(name, page),
  listKeys: (name, page) => store.listKeys(name, page),
  listUnder: (pk, page) => store.listUnder(pk, page),
});

const log = createWriteStream(`${plan.folder}/bridge.log`, { flags: 'a' });
const lines = createLineJournal({ write: (text) => log.write(text), line: jsonLine, clock: systemClock });

const config = configWith({ twilioBaseUrl: plan.twilioUrl, deployment: 'bench', settleMs: plan.settleMs });

const host = await startHost({
  settings: {
    ...config,
    flex: {
      ...config.flex,
      defaultWebhook: plan.forwards ? config.flex.defaultWebhook : undefined,
      // What the search for lost accepts asks is no text's.
      workspaceSid: plan.agents ? config.flex.workspaceSid : undefined,
    },
    frontline: { ...config.frontline, workspaceSid: plan.agents ? config.frontline.workspaceSid : undefined },
    acceptsOffers: plan.acceptsOffers,
    publicBaseUrl: undefined,
  },
  accounts: secretsWith(),
  dataFile: `${plan.folder}/bridge.sqlite`,
  port: 0,
  sweepMs: plan.sweepMs,
  journal: (entry) => {
    lines(entry);
    const ended = entry.step === 'failed' ? `failed (${entry.reason})` : entry.step;
    steps.set(ended, (steps.get(ended) ?? 0) + 1);
  },
  around: counting,
});

type Health = { readonly queues: Readonly<Record<string, { readonly waiting: number }>> };

const allDone = async (): Promise<void> => {
  for (;;) {
    const { queues } = (await (await fetch(`http://127.0.0.1:${host.port}/healthz`)).json()) as Health;
    if (Object.values(queues).every(({ waiting }) => waiting === 0)) return;
    await sleep(LOOK_MS);
  }
};

answerParent(
  {
    where: () => ({ url: host.publicBaseUrl }),
    reset: async () => {
      await allDone();
      Object.assign(counts, { reads: 0, writes: 0, forwarder: 0 });
      steps.clear();
      since = process.cpuUsage();
    },
    tally: async () => {
      await allDone();
      const { user, system } = process.cpuUsage(since);
      return { ...counts, steps: Object.fromEntries(steps), cpu: user + system };
    },
  } satisfies BridgeVerbs,
  host.stop,
);
