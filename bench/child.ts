/** A process of the bench's own and what it can be asked, over Node's channel between parent and child. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a child does when asked. Arguments and answers cross as JSON. */
export type Verbs = Readonly<Record<string, (argument: never) => unknown>>;

type Question = { readonly id: number; readonly verb: string; readonly argument: unknown };
type Answer = { readonly id: number; readonly answer?: unknown; readonly error?: string };

export type Child<V extends Verbs> = {
  /** @throws Error with the child's own words, or when it has ended */
  readonly ask: <K extends keyof V & string>(
    verb: K,
    argument: Parameters<V[K]>[0],
  ) => Promise<Awaited<ReturnType<V[K]>>>;
  /** Lets it end by itself, and ends it when it does not. */
  readonly stop: () => Promise<void>;
  /** As a machine that loses its power: nothing is finished. */
  readonly kill: () => Promise<void>;
};

const PATIENCE_MS = 20_000;

/** `node bench/ENTRY ARGUMENT`. It inherits Node's flags, so that `node --cpu-prof bench/main.ts` profiles it too. */
export const startChild = async <V extends Verbs>(entry: string, argument: unknown): Promise<Child<V>> => {
  const path = fileURLToPath(new URL(entry, import.meta.url));
  const child = fork(path, [JSON.stringify(argument)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', (message: Answer) => {
    const one = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) one?.resolve(message.answer);
    else one?.reject(new Error(`${entry}: ${message.error}`));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${entry} has ended`));
  });

  const ask = (verb: string, about: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, verb, argument: about } satisfies Question, (error) => error !== null && reject(error));
    });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    ask: ask as Child<V>['ask'],
    stop: async () => {
      if (hasEnded()) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      child.disconnect();
      await once(child, 'exit');
      clearTimeout(timer);
    },
    kill: async () => {
      if (hasEnded()) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

/** The argument that this process was started with. */
export const argument = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

/** In the child: answers until the parent goes, then ends. */
export const answerParent = (verbs: Verbs, end: () => Promise<void>): void => {
  const tell = (message: Answer): void => {
    process.send?.(message);
  };
  process.on('message', ({ id, verb, argument: about }: Question) => {
    const run = async (): Promise<unknown> => {
      const act = verbs[verb];
      if (act === undefined) throw new Error(`cannot ${verb}`);
      return act(about as never);
    };
    run().then(
      (answer) => tell({ id, answer }),
      (error: unknown) => tell({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => void end().then(() => process.exit()));
};
