/** Plays pieces on several threads. What is told, and in which order, is what one thread would have told. */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';
import { type Piece, type PieceEnd, playPiece, replayOf } from './piece.ts';

/** Whether to go on. */
type Hear = (end: PieceEnd) => 'go on' | 'enough';
type Player = { readonly play: (piece: Piece) => Promise<PieceEnd>; readonly stop: () => Promise<unknown> };

const here: Player = { play: playPiece, stop: async () => {} };

const onThread = (program: URL): Player => {
  const worker = new Worker(program);
  return {
    play: async (piece) => {
      worker.postMessage(piece);
      const [end] = (await once(worker, 'message')) as [PieceEnd];
      return end;
    },
    stop: () => worker.terminate(),
  };
};

/** In a thread: plays what it is handed, one piece after another. */
export const playForParent = (): void => {
  parentPort?.on('message', (piece: Piece) => {
    void playPiece(piece).then((end) => parentPort?.postMessage(end));
  });
};

/**
 * @param program what a thread runs: it must call {@link playForParent} there
 * @throws Error with the piece that broke off, as its message, and the reason as its cause
 */
export const playAll = async (
  pieces: readonly Piece[],
  { jobs, program, hear }: { readonly jobs: number; readonly program: URL; readonly hear: Hear },
): Promise<void> => {
  const players = jobs > 1 ? Array.from({ length: Math.min(jobs, pieces.length) }, () => onThread(program)) : [here];
  const ends = new Map<number, PieceEnd>();
  let begun = 0;
  let heard = 0;
  let enough = false;
  const tell = (): void => {
    for (let end = ends.get(heard); end !== undefined && !enough; end = ends.get(heard)) {
      ends.delete(heard);
      heard += 1;
      enough = hear(end) === 'enough';
    }
  };
  const playOn = async ({ play }: Player): Promise<void> => {
    for (let n = begun; n < pieces.length && !enough; n = begun) {
      begun += 1;
      const piece = pieces[n] as Piece;
      const end = await play(piece).catch((cause: unknown) => {
        throw new Error(`broke off; replay: ${replayOf(piece)}`, { cause });
      });
      ends.set(n, end);
      tell();
    }
  };
  try {
    await Promise.all(players.map(playOn));
  } finally {
    await Promise.all(players.map(({ stop }) => stop()));
  }
};
