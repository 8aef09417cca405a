/**
 * Which calls of the ports change something at Twilio, and in which direction that is. A new call does not compile
 * before it stands here.
 */
import type { Lane } from '../model/event.ts';
import type { FlexSide, FrontlineSide } from './chat.ts';
import type { Outbound } from './outbound.ts';
import type { TaskSide } from './tasks.ts';
import type { Availability, WorkerSide, Workers } from './workers.ts';

type Call<Port> = { [K in keyof Port]: Port[K] extends (...given: never) => unknown ? K : never }[keyof Port];
type Does<Port> = Readonly<Record<Call<Port>, 'reads' | 'writes'>>;

const FLEX: Does<FlexSide> = {
  send: 'writes',
  listMessages: 'reads',
  message: 'reads',
  rewrite: 'writes',
  erase: 'writes',
  container: 'reads',
  members: 'reads',
  join: 'writes',
  leave: 'writes',
  writeAttributes: 'writes',
};
const FRONTLINE: Does<FrontlineSide> = {
  send: 'writes',
  listMessages: 'reads',
  message: 'reads',
  rewrite: 'writes',
  erase: 'writes',
  container: 'reads',
  members: 'reads',
  join: 'writes',
  leave: 'writes',
  createConversation: 'writes',
  listOpen: 'reads',
  listSince: 'reads',
  participants: 'reads',
  wasCarried: 'reads',
  close: 'writes',
  hasUser: 'reads',
};
const TASKS: Does<TaskSide> = {
  listAssigned: 'reads',
  chat: 'reads',
  acceptance: 'reads',
  read: 'reads',
  ofChannel: 'reads',
  reservationStatus: 'reads',
  complete: 'writes',
  workerIdentity: 'reads',
  listReserved: 'reads',
  openReservations: 'reads',
  reservation: 'reads',
  answerReservation: 'writes',
  channelsWith: 'reads',
  customerName: 'reads',
  create: 'writes',
  marked: 'reads',
  whole: 'reads',
  writeAttributes: 'writes',
  cancel: 'writes',
  reservations: 'reads',
};
const WORKERS: Does<WorkerSide> = {
  worker: 'reads',
  named: 'reads',
  knownBy: 'reads',
  list: 'reads',
  activities: 'reads',
  goTo: 'writes',
  letTimeOut: 'reads',
  isOffered: 'reads',
};
const OUTBOUND: Does<Outbound> = {
  number: 'reads',
  flow: 'reads',
  createFlow: 'writes',
  createChannel: 'writes',
  // It makes one where there is none.
  session: 'writes',
  isOpen: 'reads',
  joinSession: 'writes',
};
const AVAILABILITY: Does<Availability> = { read: 'reads', write: 'writes' };

/** What a write at Twilio is called in the journal. */
export type TwilioWrite = `${'flex' | 'frontline' | 'tasks' | 'outbound' | 'workers' | 'availability'}.${string}`;

export type WritingPorts = {
  readonly flex: FlexSide;
  readonly frontline: FrontlineSide;
  readonly tasks: TaskSide | undefined;
  readonly outbound: Outbound | undefined;
  readonly workers: Workers | undefined;
};

type AnyCall = (...given: readonly unknown[]) => Promise<unknown>;

/** @param before is awaited before each write, and keeps it from being made by throwing. */
export const watchWrites = (
  { flex, frontline, tasks, outbound, workers }: WritingPorts,
  before: (direction: Lane, write: TwilioWrite) => Promise<void>,
): WritingPorts => {
  const watched = <Port extends object>(port: Port, does: Does<Port>, direction: Lane, name: string): Port => {
    const calls = Object.entries<'reads' | 'writes'>(does)
      .filter(([, kind]) => kind === 'writes')
      .map(([call]): readonly [string, AnyCall] => {
        const real = (port as Readonly<Record<string, AnyCall>>)[call];
        return [
          call,
          async (...given) => {
            await before(direction, `${name}.${call}` as TwilioWrite);
            return real?.(...given);
          },
        ];
      });
    return { ...port, ...Object.fromEntries(calls) };
  };
  return {
    flex: watched(flex, FLEX, 'toFlex', 'flex'),
    frontline: watched(frontline, FRONTLINE, 'toFrontline', 'frontline'),
    tasks: tasks && watched(tasks, TASKS, 'toFlex', 'tasks'),
    outbound: outbound && watched(outbound, OUTBOUND, 'toFlex', 'outbound'),
    workers: workers && {
      flex: watched(workers.flex, WORKERS, 'toFlex', 'workers'),
      frontline: watched(workers.frontline, WORKERS, 'toFrontline', 'workers'),
      availability: watched(workers.availability, AVAILABILITY, 'toFrontline', 'availability'),
    },
  };
};
