/** Plays one use case in one kind of chat and weather, and judges how it ended. */
import type { Ground } from './ground.ts';
import { judgeEnding } from './judge.ts';
import { startRealGround } from './real-ground.ts';
import { createScene, type Kind, PHONE } from './scene.ts';
import type { SidesNow } from './state.ts';
import type { UseCase } from './use-cases.ts';
import { startVirtualGround } from './virtual-ground.ts';
import { type DemoWeather, FAULT_OF } from './weathers.ts';

export type UseCaseEnded = {
  /** undefined: it did not come to its end. */
  readonly sides: SidesNow | undefined;
  readonly wrong: readonly string[];
};

type Playing = { readonly useCase: UseCase; readonly kind: Kind; readonly say: (line: string) => void };

const ended = async (ground: Ground, { useCase, kind, say }: Playing): Promise<UseCaseEnded> => {
  const scene = createScene(ground, kind, say);
  try {
    await useCase.play(scene);
    await ground.rest();
    const sides = scene.now();
    return { sides, wrong: judgeEnding(sides, useCase.ends(kind === 'web' ? 'Jo' : PHONE), kind) };
  } catch (error) {
    return { sides: undefined, wrong: [error instanceof Error ? error.message : String(error)] };
  } finally {
    await ground.stop();
  }
};

/** Over real HTTP, as `npm start` runs. */
const calm = async (playing: Playing): Promise<UseCaseEnded> => {
  const failed: string[] = [];
  const ground = await startRealGround({
    config: playing.useCase.config ?? {},
    sweepMs: 60_000,
    patienceMs: 300_000,
    journal: (entry) => {
      if (entry.step === 'failed') failed.push(`something failed: ${entry.type} ${entry.reason}`);
    },
  });
  const { sides, wrong } = await ended(ground, playing);
  return { sides, wrong: [...wrong, ...failed] };
};

const withFault = async (playing: Playing, weather: DemoWeather): Promise<UseCaseEnded> => {
  const fault = FAULT_OF[weather];
  const ground = startVirtualGround({ config: playing.useCase.config ?? {}, fault });
  const { sides, wrong } = await ended(ground, playing);
  const wasMet = fault === undefined || (ground.twilio.faults.counts()[fault.fault] ?? 0) > 0;
  return { sides, wrong: wasMet ? wrong : [...wrong, `no ${fault.fault} was met, so this proves nothing`] };
};

/** One run for each write, in which the process that made it dies before it hears of it. */
const withCrashes = async (playing: Playing): Promise<UseCaseEnded> => {
  const { config = {} } = playing.useCase;
  const whole = startVirtualGround({ config });
  const first = await ended(whole, playing);
  const wrong = [...first.wrong];
  const writes = whole.writes();
  const silent = { ...playing, say: () => {} };
  for (const dies of writes) {
    const crashed = await ended(startVirtualGround({ config, dies }), silent);
    for (const line of crashed.wrong)
      wrong.push(`after ${dies.what} (process ${dies.process}, step ${dies.step}): ${line}`);
  }
  playing.say(`${writes.length} times more, each time with a process that dies after one of the bridge's writes`);
  return { sides: first.sides, wrong: writes.length > 0 ? wrong : [...wrong, 'nothing was written'] };
};

export const playUseCase = (playing: Playing, weather: DemoWeather): Promise<UseCaseEnded> => {
  if (weather === 'calm') return calm(playing);
  return weather === 'crash' ? withCrashes(playing) : withFault(playing, weather);
};
