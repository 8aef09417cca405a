import { findPair } from '../src/core/operate/find.ts';
import { type LaneRepair, type NotRepaired, releasePair, repairPair } from '../src/core/operate/repair.ts';
import { containerOfPair } from '../src/core/state/items.ts';
import { commonUsage, parse, sidOf, waitOf, whereOf } from './arguments.ts';
import { type Command, EXIT, Misunderstood } from './command.ts';
import { reach } from './reach.ts';
import { direction, plural, toTheSecond } from './words.ts';

export const repairUsage = `bridge repair SID [--full] [--release] [--wait SECONDS] [--stack NAME | --data FILE] [--json]

Compares both ends of one chat now, repairs what differs, and says what it did. SID is that of a channel or conversation
(CH...), or of an open chat's task (WT...) or of one of its messages (IM...): one that was copied or parked, or a copy.
A change of the last minutes may be too recent to judge: then it says when to run this again, not "clean".

  --full          compare the whole chat, not only what is new and the newest page
  --release       first release the pair, if it is held because it wrote faster than people can
  --wait SECONDS  how long to wait for the outcome (60)
${commonUsage}`;

const options = {
  full: { type: 'boolean', default: false },
  release: { type: 'boolean', default: false },
  wait: { type: 'string', default: '60' },
} as const;

export const repair: Command = async ({ args, environment, print }) => {
  const { values, positionals } = parse(args, options);
  if (values.help) {
    print(repairUsage);
    return EXIT.well;
  }
  if (positionals.length > 1) throw new Misunderstood('repair takes one SID');
  const sid = sidOf(positionals[0], 'CH', 'WT', 'IM');
  const waitMs = waitOf(values.wait);
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
};

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
