/** The store as DynamoDB is on a bad day: slow, throttled, a condition's answer lost and asked again by the SDK. */
import type { Store } from '../src/core/ports/store.ts';
import type { Meter } from './meter.ts';
import type { Process } from './process.ts';
import type { Dice } from './random.ts';

export type StoreFaults = {
  /** The SDK's own tries were all throttled. */
  readonly throttled: number;
  /** The write is done, its answer lost, and the SDK sends it again. */
  readonly askedAgain: number;
  /** The write is done, and no try of the SDK was answered. */
  readonly unheard: number;
};

export class Throttled extends Error {
  constructor() {
    super('throughput exceeded');
    this.name = 'ThrottlingException';
  }
}

export const createFaultyStore = (
  inner: Store,
  process: Process,
  dice: Dice,
  faults: () => StoreFaults,
  meter: Meter,
  tell: (what: string) => void = () => {},
): Store => {
  const latency = () => dice.between(2, 12);
  const refuse = (p: number, what: string) => {
    if (!dice.chance(p)) return;
    meter.met(what);
    throw new Throttled();
  };
  return {
    get: (key) =>
      process.step('store.get', latency(), async () => {
        refuse(faults().throttled, 'store throttled');
        return inner.get(key);
      }),
    write: (key, change) =>
      process.step('store.write', latency(), async () => {
        refuse(faults().throttled, 'store throttled');
        const written = await inner.write(key, change);
        const { set, copy, add, include, put, remove = [] } = change;
        const names = [...[set, copy, add, include, put].flatMap((part) => Object.keys(part ?? {})), change.nonce[0]];
        names.push(...remove.map((name) => `-${name}`));
        tell(`${written.ok ? 'writes' : 'may not write'} ${key.pk} ${key.sk}: ${names.join(' ')}`);
        refuse(faults().unheard, 'store write unheard');
        if (!dice.chance(faults().askedAgain)) return written;
        meter.met('store write asked again');
        return inner.write(key, change);
      }),
    list: (name, page) =>
      process.step('store.list', latency(), async () => {
        refuse(faults().throttled, 'store throttled');
        return inner.list(name, page);
      }),
    listKeys: (name, page) =>
      process.step('store.listKeys', latency(), async () => {
        refuse(faults().throttled, 'store throttled');
        return inner.listKeys(name, page);
      }),
    listUnder: (pk, page) =>
      process.step('store.listUnder', latency(), async () => {
        refuse(faults().throttled, 'store throttled');
        return inner.listUnder(pk, page);
      }),
  };
};
