/** What the simulator can be asked to play, in pieces that know nothing of each other. */
import { createDiary, story } from './diary.ts';
import { type At, killEveryStep, killOnce, type Part } from './kill.ts';
import { createMeter } from './meter.ts';
import { type Mode, run } from './run.ts';
import { SCENARIOS } from './scenarios.ts';
import type { SimWorld } from './world.ts';

export type Piece =
  | { readonly plays: 'a seed'; readonly seed: number; readonly mode: Mode; readonly verbose: boolean }
  | { readonly plays: 'every kill'; readonly scenario: string; readonly part?: Part }
  | { readonly plays: 'one kill'; readonly scenario: string; readonly at: At | undefined };

/** Plain data: it may come from another thread. */
export type PieceEnd = {
  readonly passed: number;
  readonly failed: number;
  readonly lines: readonly string[];
  readonly met: readonly (readonly [string, number])[];
};

/** What plays this piece again. */
export const replayOf = (piece: Piece): string => {
  if (piece.plays === 'a seed') return `npm run sim -- --seed ${piece.seed} --mode ${piece.mode} --verbose`;
  const at = piece.plays === 'one kill' ? piece.at : undefined;
  return `npm run sim -- --kill '${[piece.scenario, ...(at === undefined ? [] : [at.process, at.step, at.when])].join(':')}'`;
};

const indented = (problems: readonly string[], by: string): readonly string[] => problems.map((line) => by + line);

const playSeed = async (piece: Extract<Piece, { plays: 'a seed' }>): Promise<PieceEnd> => {
  const { seed, mode, verbose } = piece;
  const diary = createDiary();
  const { problems, world } = await run(seed, mode, verbose ? diary.note : undefined);
  const failed = problems.length > 0;
  return {
    passed: failed ? 0 : 1,
    failed: failed ? 1 : 0,
    lines: [
      ...(verbose ? story(world, diary) : []),
      ...(failed ? [`seed ${seed} failed; replay: ${replayOf(piece)}`, ...indented(problems, '  ')] : []),
    ],
    met: [...world.meter.counts()],
  };
};

const playKills = async ({ scenario: name, part }: Extract<Piece, { plays: 'every kill' }>): Promise<PieceEnd> => {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`no scenario "${name}"`);
  const meter = createMeter();
  const { runs, failed } = await killEveryStep(
    scenario,
    (world: SimWorld) => {
      for (const [what, times] of world.meter.counts()) meter.met(what, times);
    },
    part,
  );
  const replay = (at: At | undefined): string => replayOf({ plays: 'one kill', scenario: name, at });
  return {
    passed: runs - failed.length,
    failed: failed.length,
    lines: [
      `${name}: ${runs} runs, ${failed.length} failed`,
      ...failed.flatMap(({ doom, at, problems }) => [
        `  ${doom}; replay: ${replay(at)}`,
        ...indented(problems, '    '),
      ]),
    ],
    met: [...meter.counts()],
  };
};

const playKill = async ({ scenario, at }: Extract<Piece, { plays: 'one kill' }>): Promise<PieceEnd> => {
  const diary = createDiary();
  const { problems, world } = await killOnce(scenario, at, diary.note);
  const failed = problems.length > 0;
  return {
    passed: failed ? 0 : 1,
    failed: failed ? 1 : 0,
    lines: [...story(world, diary), ...indented(problems, '  ')],
    met: [...world.meter.counts()],
  };
};

export const playPiece = (piece: Piece): Promise<PieceEnd> => {
  switch (piece.plays) {
    case 'a seed':
      return playSeed(piece);
    case 'every kill':
      return playKills(piece);
    case 'one kill':
      return playKill(piece);
    default:
      return piece satisfies never;
  }
};
