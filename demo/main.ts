/** `npm run demo`: plays what it is told to (options.ts), and prints both sides of each chat. */
import { ownOptions, understood } from '../src/runtime/own-options.ts';
import { DEMO, wantedOf } from './options.ts';
import { playUseCase } from './play.ts';
import { sidesAsLines } from './print.ts';
import { playTenChats } from './ten-chats.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const told = ownOptions(DEMO);
const { useCases, kinds, tenChats } = understood(DEMO, () => wantedOf(told));
const { weather } = told.values;

let wrong = 0;
for (const useCase of useCases)
  for (const kind of kinds) {
    const how = weather === 'calm' ? '' : `, ${weather}`;
    say(`\n${useCase.name} (${kind === 'web' ? 'web chat' : 'SMS'}${how}): ${useCase.about}`);
    const ended = await playUseCase({ useCase, kind, say: (line) => say(`  ${line}`) }, weather);
    for (const line of ended.sides === undefined ? [] : sidesAsLines(ended.sides)) say(line);
    for (const line of ended.wrong) say(`  WRONG: ${line}`);
    if (ended.wrong.length === 0) say('  One story on both sides.');
    wrong += ended.wrong.length;
  }
if (tenChats) wrong += await playTenChats(say);
say(wrong === 0 ? '\nBoth sides tell one story.' : `\n${wrong} things are wrong.`);
process.exitCode = wrong === 0 ? 0 : 1;
