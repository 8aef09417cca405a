/**
 * What the stack alone takes from the environment at deployment: how much of AWS it may use at once. Reasons and
 * ceilings: docs/scale.md, whose table is held to this one.
 */
import { CONSUMERS_AT_ONCE, WEBHOOKS_PER_SECOND } from '../src/contract.ts';
import { MEMORY_MB } from './memory.ts';

/** Whole numbers. 0 as `otherwise`: without it there is none. */
type Taken = { readonly otherwise: number; readonly least: number; readonly most: number };

/**
 * MaximumConcurrency: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. Memory:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html. Warm throughput:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
 */
export const SCALE_SETTINGS = {
  WEBHOOKS_PER_SECOND: { otherwise: WEBHOOKS_PER_SECOND, least: 100, most: 99_999 },
  WEBHOOK_CONCURRENCY: { otherwise: 0, least: 1, most: 10_000 },
  CONSUMERS_AT_ONCE: { otherwise: CONSUMERS_AT_ONCE, least: 2, most: 1_000 },
  REPLICATE_MEMORY_MB: { otherwise: MEMORY_MB.replicate, least: 128, most: 10_240 },
  FORWARD_MEMORY_MB: { otherwise: MEMORY_MB.forward, least: 128, most: 10_240 },
  SWEEP_MEMORY_MB: { otherwise: MEMORY_MB.sweep, least: 128, most: 10_240 },
  WARM_WRITES: { otherwise: 0, least: 4_001, most: 1_000_000 },
} as const satisfies Readonly<Record<string, Taken>>;

export type ScaleSetting = keyof typeof SCALE_SETTINGS;
export type Scale = Readonly<Record<ScaleSetting, number>>;

export const scaleSettings = Object.keys(SCALE_SETTINGS) as readonly ScaleSetting[];

/** @returns the settings, and what is wrong with those that are malformed. */
export const readScale = (
  text: (variable: string) => string,
): { readonly scale: Scale; readonly problems: readonly string[] } => {
  const wrong = scaleSettings.filter((name) => {
    const { least, most } = SCALE_SETTINGS[name];
    return (
      text(name) !== '' && !(/^[1-9]\d*$/.test(text(name)) && Number(text(name)) >= least && Number(text(name)) <= most)
    );
  });
  return {
    scale: Object.fromEntries(
      scaleSettings.map((name) => [name, Number(text(name) || SCALE_SETTINGS[name].otherwise)]),
    ) as Scale,
    problems: wrong.map(
      (name) => `${name} is not a whole number, ${SCALE_SETTINGS[name].least} to ${SCALE_SETTINGS[name].most}`,
    ),
  };
};
