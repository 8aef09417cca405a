/**
 * The same people and the same bridge in virtual time, each invocation of a function a process of its own, as in the
 * simulator: what takes minutes to be found and mended takes none here, and a process can be killed at any step.
 */
import type { Fault } from '../local-twilio/faults.ts';
import { BRIDGE } from '../sim/settings.ts';
import { createWorld } from '../sim/world.ts';
import type { Config } from '../src/runtime/settings.ts';
import type { Ground } from './ground.ts';

/** A write over REST: the n-th process, counted from 1, and in it the n-th step. */
export type Write = { readonly process: number; readonly step: number; readonly what: string };

export type VirtualGround = Ground & {
  /** All that the bridge has written over REST so far. */
  readonly writes: () => readonly Write[];
};

const LOOK_MS = 100;
const PATIENCE_MS = 15 * 60_000;
/** Until the last sweep has found what there is to find. */
const REST_MS = 15 * 60_000;

type Options = {
  /** Of the bridge's settings what is not as usual. */
  readonly config: Partial<Config>;
  readonly fault?: Fault | undefined;
  /** The write after which its process dies. */
  readonly dies?: Write;
};

export const startVirtualGround = ({ config, fault, dies }: Options): VirtualGround => {
  const world = createWorld({
    seed: 1,
    settleMs: 60_000,
    config,
    doom: (process) => (process === dies?.process ? { step: dies.step, when: 'after', pauseMs: undefined } : undefined),
  });
  const { twilio, time } = world;
  twilio.connectBridge(BRIDGE);
  if (fault !== undefined) twilio.faults.add(fault);
  return {
    twilio,
    until: async (what, look) => {
      const end = time.now() + PATIENCE_MS;
      for (;;) {
        const seen = look();
        if (seen !== undefined) return seen;
        if (time.now() > end) throw new Error(`not within ${PATIENCE_MS / 60_000} minutes: ${what}`);
        await time.runUntil(time.now() + LOOK_MS);
      }
    },
    rest: () => time.runUntil(time.now() + REST_MS),
    stop: async () => {},
    writes: () =>
      world
        .ran()
        .flatMap(({ kind, steps }, n) =>
          steps.flatMap((what, at) =>
            /^(POST|DELETE) /.test(what) ? [{ process: n + 1, step: at + 1, what: `${kind}: ${what}` }] : [],
          ),
        ),
  };
};
