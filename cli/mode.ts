import type { Lane } from '../src/core/model/event.ts';
import { DIRECTIONS, type DirectionMode, MODES } from '../src/core/model/mode.ts';
import { MODES_MS } from '../src/core/model/times.ts';
import { readModes, setMode } from '../src/core/state/modes.ts';
import { Misunderstood, maybeOneOf, type Program } from '../src/runtime/options.ts';
import { common, EXIT_CODES, whereOf } from './arguments.ts';
import { commandOf, EXIT } from './command.ts';
import { reach } from './reach.ts';
import { modeLine, modeWord } from './words.ts';

const MODE = {
  command: 'bridge mode',
  names: '[on|read-only|off]',
  about: `Shows in which directions the bridge writes, or sets it: on; read-only, in which it decides and logs and writes nothing
at Twilio; off, in which it puts everything aside. Customers' SMS go on in each, and whatever was said meanwhile crosses
once the direction is on again.
${EXIT_CODES}`,
  options: {
    direction: maybeOneOf(['to-flex', 'to-frontline'], 'only what the bridge writes there (without it: both)'),
    ...common,
  },
} as const satisfies Program;

const lanes: Readonly<Record<'to-flex' | 'to-frontline', Lane>> = {
  'to-flex': 'toFlex',
  'to-frontline': 'toFrontline',
};

const modeCalled = (word: string | undefined): DirectionMode | undefined => {
  if (word === undefined) return undefined;
  const found = MODES.find((mode) => modeWord(mode) === word);
  if (found === undefined) throw new Misunderstood(`mode takes one of: ${MODES.map(modeWord).join(', ')}`);
  return found;
};

export const mode = commandOf(MODE, async ({ values, names }, { environment, print }) => {
  if (names.length > 1) throw new Misunderstood('mode takes one word');
  const next = modeCalled(names[0]);
  if (next === undefined && values.direction !== undefined) throw new Misunderstood('--direction goes with a mode');
  const operator = await reach(whereOf(values), environment);
  try {
    if (next !== undefined)
      await setMode(operator, next, values.direction === undefined ? DIRECTIONS : [lanes[values.direction]]);
    const modes = await readModes(operator.store);
    if (values.json) print(JSON.stringify(modes));
    else {
      for (const lane of DIRECTIONS) print(modeLine(lane, modes[lane]));
      if (next !== undefined && operator.consumed) print(`It holds everywhere within ${MODES_MS / 1000} seconds.`);
      if (!operator.consumed) print('No bridge is running on this data file.');
    }
    return EXIT.well;
  } finally {
    await operator.close();
  }
});
