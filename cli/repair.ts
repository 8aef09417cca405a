import { findPair } from '../src/core/operate/find.ts';
import { type LaneRepair, type NotRepaired, releasePair, repairPair } from '../src/core/operate/repair.ts';
import { containerOfPair } from '../src/core/state/items.ts';
import { flag, Misunderstood, type Program } from '../src/runtime/options.ts';
import { common, EXIT_CODES, sidOf, wait, whereOf } from './arguments.ts';
import { commandOf, EXIT } from './command.ts';
import { reach } from './reach.ts';
import { direction, plural, toTheSecond } from './words.ts';

const REPAIR = {
  command: 'bridge repair',
  names: 'SID',
  about: `Compares both ends of one chat now, repairs what differs, and says what it did. SID is that of a channel or conversation
(CH...), or of an open chat's task (WT...) or of one of its messages (IM...): one that was copied or parked, or a copy.
A change of the last minutes may be too recent to judge: then it says when to run this again, not "clean".
${EXIT_CODES}`,
  options: {
    full: flag('compare the whole chat, not only what is new and the newest page'),
    release: flag('first release the pair, if it is held because it wrote faster than people can'),
    wait: wait('how long to wait for the outcome', 60),
    ...common,
  },
} as const satisfies Program;

export const repair = commandOf(REPAIR, async ({ values, names }, { environment, print }) => {
  if (names.length > 1) throw new Misunderstood('repair takes one SID');
  const sid = sidOf(names[0], 'CH', 'WT', 'IM');
  const waitMs = values.wait * 1000;
  const operator = await reach(whereOf(values), environment);
  try {
    const pair = await findPair(operator.store, sid);
    if (pair === undefined) {
      print(values.json ? JSON.stringify({ sid, found: false }) : unknown(sid));
      return EXIT.wrong;
    }
    const released = values.release ? await releasePair(operator, pair) : undefined;
    const lanes = await repairPair(operator, pair, { full: values.full, waitMs });
    const chat = containerOfPair(pair.id);
    if (values.json) print(JSON.stringify({ sid, found: true, chat, released, lanes }));
    else {
      print(`${chat} and ${(pair.flex === chat ? pair.frontline : pair.flex) ?? 'no counterpart yet'}`);
      if (released !== undefined) print(`  ${released ? 'released' : 'was not held'}`);
      for (const lane of lanes) print(`  ${direction(lane.lane)}: ${said(lane)}`);
    }
    const told = lanes.every(({ verdict }) => verdict === 'clean' || verdict === 'repaired');
    return told ? EXIT.well : EXIT.wrong;
  } finally {
    await operator.close();
  }
});

const unknown = (sid: string): string =>
  sid.startsWith('IM')
    ? `This bridge knows no open chat with ${sid}: neither as a message that it copied or parked, nor as a copy.`
    : `This bridge knows no chat of ${sid}.`;

const repairedPart = (count: number): string => (count === 0 ? '' : `repaired ${plural(count, 'message')}; `);

const whyWords: Partial<Record<NotRepaired, string>> = {
  in_progress: 'still in progress',
  bridge_not_running: 'queued until the bridge runs',
  being_linked: 'being linked',
  closed: 'the chat has ended',
};

const said = (lane: LaneRepair): string => {
  switch (lane.verdict) {
    case 'clean':
      return 'clean';
    case 'repaired':
      return `repaired ${plural(lane.repaired, 'message')}`;
    case 'unsure':
      return `${repairedPart(lane.repaired)}some changes are too recent to judge: run this again after ${toTheSecond(lane.again)}`;
    case 'not_compared':
      return `${repairedPart(lane.repaired ?? 0)}not compared (${whyWords[lane.reason] ?? lane.reason})`;
    default:
      return lane satisfies never;
  }
};
