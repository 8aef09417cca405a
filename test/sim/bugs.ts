/** The bugs that the simulator must catch, each as the smallest change to the real code. */
import type { Mode } from '../../sim/run.ts';
import type { Patch } from './planted.ts';

export type Bug = {
  readonly name: string;
  readonly patches: readonly Patch[];
} & (SeenInSeeds | SeenInScenario);

/** In some run of the first 500. */
type SeenInSeeds = {
  readonly mode: Mode;
  /** The seed to begin with, where one shows it late; those before it come last. */
  readonly from?: number;
  /** What must be out of the way for it to be seen; harmless by itself. */
  readonly without?: Patch;
};

/** Where no run of the weather is judged closely enough: in a scenario of the kill pass, as `--kill` takes it. */
export type SeenInScenario = { readonly scenario: string };

/** The sweep would bring most things right in the end: what it hides is looked for without it. */
const noSweep: Patch = {
  file: 'src/core/sweep/sweep.ts',
  from: 'begun >= SWEEP_SHARE[kind] || deps.clock.now() >= deadline;',
  to: 'begun >= 0 * SWEEP_SHARE[kind] || deps.clock.now() >= deadline;',
};

export const BUGS: readonly Bug[] = [
  {
    name: 'what Conversations has carried sent again by SMS',
    mode: 'told',
    from: 3,
    patches: [
      {
        file: 'src/core/copies/carried.ts',
        from: "=== true ? 'silent' : 'copy';",
        to: "=== true ? 'copy' : 'copy';",
      },
    ],
  },
  {
    name: 'the phone of a chat that an agent begins out before the customer is in',
    mode: 'within',
    from: 4,
    patches: [
      {
        file: 'src/core/starts/swap-customer.ts',
        from: '  const attributes = JSON.stringify(',
        to: '  await deps.frontline.leave(conversation, phone);\n  const attributes = JSON.stringify(',
      },
    ],
  },
  {
    name: 'the task of a chat that an agent begins made again without a look',
    mode: 'within',
    from: 5,
    patches: [
      {
        file: 'src/core/starts/make-task.ts',
        from: 'const seen = await findTask(deps, start);',
        to: 'const seen = start;',
      },
    ],
  },
  {
    name: 'a conversation that a customer begins taken for one of an agent',
    mode: 'within',
    from: 2,
    patches: [
      {
        file: 'src/core/starts/who-began.ts',
        from: 'const isHis = first?.author === writesAs(customer);',
        to: "const isHis = first?.author === 'nobody';",
      },
    ],
  },
  {
    name: "an answer to Frontline's number written again without a look",
    mode: 'told',
    from: 87,
    patches: [
      {
        file: 'src/core/strays/settle.ts',
        from: 'const copy = await findJoined(deps, pair, intent, isSettled);',
        to: 'const copy = undefined as Awaited<ReturnType<typeof findJoined>>;',
      },
      {
        file: 'src/core/strays/join.ts',
        from: '    const [copy] = proven.get(message.sid) ?? [];',
        to: '    const [copy] = [] as Message[];',
      },
    ],
  },
  {
    name: 'no read-back',
    mode: 'told',
    from: 7,
    patches: [
      {
        file: 'src/core/copies/read-back.ts',
        from: "row?.state === 'copied' ? undefined : await findCopy(deps, lease, intent, isSettled);",
        to: 'undefined as Awaited<ReturnType<typeof findCopy>>;',
      },
    ],
  },
  {
    name: 'no settle time',
    mode: 'told',
    from: 2,
    patches: [
      {
        file: 'src/core/copies/read-back.ts',
        from: 'const isSettled = now >= intent.settlesAt;',
        to: 'const isSettled = now >= intent.notAfter;',
      },
    ],
  },
  {
    name: 'what is not proven adopted before it is settled',
    mode: 'told',
    from: 5,
    patches: [
      {
        file: 'src/core/copies/read-back.ts',
        from: '    const [copy] = proven.get(intent.sid) ?? [];',
        to: '    const copy = (proven.get(intent.sid) ?? above.filter(({ author }) => author === authorAcross(lane, intent.author, pair)))[0];',
      },
      {
        file: 'src/core/copies/read-back.ts',
        from: "import { copiesAmong } from './find.ts';",
        to: "import { copiesAmong } from './find.ts';\nimport { authorAcross } from './render.ts';",
      },
    ],
  },
  {
    name: 'settling begun anew by each take, and a take before each look',
    mode: 'told',
    from: 2,
    patches: [
      {
        file: 'src/core/copies/read-back.ts',
        from: "const copy = row?.state === 'copied' ? undefined : await findCopy(deps, lease, intent, isSettled);",
        to: `const before = await take(deps, lease);
  if (!before.ok) return busy;
  lease = before.lease;
  const copy = row?.state === 'copied' ? undefined : await findCopy(deps, lease, intent, isSettled);`,
      },
      {
        file: 'src/core/state/lane/intent.ts',
        from: "    when: [fenceIsMine(lease), ['has', a.intentSid]],\n",
        to: `    when: [fenceIsMine(lease), ['has', a.intentSid]],
    set: {
      [a.intentNotAfter]: deps.clock.now() + deps.settings.leaseMs,
      [a.intentSettlesAt]: deps.clock.now() + deps.settings.leaseMs + deps.settings.settleMs,
    },
`,
      },
    ],
  },
  {
    name: 'no last lease check',
    mode: 'told',
    from: 184,
    patches: [
      {
        file: 'src/core/copies/deliver.ts',
        from: 'if (mayOutlast(deps, intent.notAfter)) {',
        to: 'if (Number.isNaN(intent.notAfter)) {',
      },
    ],
  },
  {
    name: 'cursor before row',
    mode: 'told',
    from: 4,
    patches: [
      {
        file: 'src/core/copies/deliver.ts',
        from: '  const row = await writeCopied(',
        to: '  const first = await close(deps, claim, copy.index, gaps);\n  const row = await writeCopied(',
      },
      {
        file: 'src/core/copies/deliver.ts',
        from: '  const closed = await close(deps, claim, copy.index, gaps);\n  return closed.ok ? { end:',
        to: '  const closed = first;\n  return closed.ok ? { end:',
      },
    ],
  },
  {
    name: 'a hole dropped at once',
    mode: 'told',
    from: 48,
    without: noSweep,
    patches: [
      { file: 'src/core/state/lane/clean.ts', from: 'listedAt - found > GONE_AFTER_MS)', to: 'listedAt >= found)' },
    ],
  },
  {
    name: 'a stamp without HMAC',
    mode: 'told',
    from: 6,
    patches: [
      {
        file: 'src/core/copies/stamp.ts',
        from: 'return good.length === given.length && timingSafeEqual(good, given);',
        to: 'return good.length === given.length || timingSafeEqual(good, good);',
      },
    ],
  },
  {
    name: 'a copied stamp believed',
    mode: 'told',
    from: 6,
    patches: [
      {
        file: 'src/core/copies/stamp.ts',
        from: 'JSON.stringify([d, at.lane, at.container, at.author, k, s, body])',
        to: 'JSON.stringify([d, at.lane, at.container, k, s, body.length])',
      },
    ],
  },
  {
    name: "an echo taken for a person's edit",
    mode: 'told',
    from: 35,
    patches: [
      {
        file: 'src/core/messages/edit.ts',
        from: "    case 'revert':\n",
        to: `    case 'revert': {
      const origin = (claimedStamp(event.message.attributes)?.s ?? 'IM') as Message['sid'];
      const to = containerOf(pair, source(otherLane(lane))) ?? 'CH';
      const { body } = event.message;
      await deps[source(otherLane(lane))].rewrite(to, origin, { body, attributes: '{}' });
    }
`,
      },
    ],
  },
  {
    name: 'a link not finished after a kill',
    mode: 'told',
    patches: [
      {
        file: 'src/core/chats/link.ts',
        from: "if (done && known?.reservation === event.reservation) return skipped('already');",
        to: "if (known !== undefined && known.reservation === event.reservation) return skipped('already');",
      },
      {
        file: 'src/core/replicator.ts',
        from: 'if (pair === undefined || isFullyLinked(pair))',
        to: 'if (pair === undefined || pair.worker !== undefined)',
      },
    ],
  },
  {
    name: 'a forward given up',
    mode: 'told',
    without: noSweep,
    patches: [
      {
        file: 'src/core/jobs/consumer.ts',
        from: 'return dispositionOf(outcome);',
        to: "return work.kind === 'forward' ? { verdict: 'done' } : dispositionOf(outcome);",
      },
    ],
  },
  {
    name: 'an SMS that is not listed yet taken for one that was not sent',
    mode: 'told',
    from: 2,
    patches: [
      {
        file: 'src/core/forward/doubt.ts',
        from: "row.state === 'queued' || now >= row.settlesAt;",
        to: "row.state === 'queued' || now >= row.until;",
      },
      {
        file: 'src/core/forward/doubt.ts',
        from: "found === 'notListed' && now >= row.until + deps.settings.settleMs ?",
        to: "found === 'notListed' ?",
      },
    ],
  },
  {
    name: 'an SMS posted again without a look, though with a word',
    mode: 'told',
    patches: [
      {
        file: 'src/core/forward/doubt.ts',
        from: 'const first = await find();',
        to: "const first = row.state === 'queued' ? await find() : 'unclear';",
      },
    ],
  },
  {
    name: 'an SMS posted again though the session lists it',
    mode: 'told',
    from: 52,
    patches: [
      { file: 'src/core/forward/doubt.ts', from: "    case 'named':\n", to: '' },
      {
        file: 'src/core/forward/doubt.ts',
        from: "    case 'unclear':\n",
        to: "    case 'unclear':\n    case 'named':\n",
      },
    ],
  },
  {
    name: 'a forward overtaken',
    mode: 'told',
    patches: [
      {
        file: 'src/edge/placement.ts',
        from: 'group: to.container,',
        to: "group: 'CH'.concat(createHash('md5').update(key).digest('hex')),",
      },
    ],
  },
  {
    name: 'Retry-After heard by one chat alone',
    mode: 'told',
    patches: [
      {
        file: 'src/adapters/twilio/http/pauses.ts',
        from: 'if (wait > 0) throw',
        to: 'if (wait < 0) throw',
      },
    ],
  },
  {
    name: 'a dirty mark lost',
    mode: 'told',
    from: 12,
    without: noSweep,
    patches: [
      {
        file: 'src/core/state/lane/waiting-marks.ts',
        from: "set: { [a.dirtyUpTo]: index, [a.dirtySince]: deps.clock.now(), ...onList('due', pair) },",
        to: 'set: {},',
      },
    ],
  },
  {
    name: "the bridge's own write taken for an agent's wish",
    mode: 'told',
    from: 177,
    patches: [
      {
        file: 'src/core/agents/decide-presence.ts',
        from: '(wrote[side][activity] ?? Number.NEGATIVE_INFINITY) >= at - CLOCK_SLACK_MS;',
        to: '(wrote[side][activity] ?? Number.NEGATIVE_INFINITY) >= at + 1e15;',
      },
    ],
  },
  {
    name: 'an older wish heard later obeyed',
    mode: 'told',
    from: 116,
    patches: [
      {
        file: 'src/core/agents/decide-presence.ts',
        from: "at < known.at || (at === known.at && side === 'frontline' && known.by === 'flex');",
        to: "at < 0 && (at === known.at || (side === 'frontline' && known.by === 'flex'));",
      },
    ],
  },
  {
    name: 'an agent kept by an offer forgotten',
    mode: 'told',
    from: 47,
    patches: [
      {
        file: 'src/core/agents/carry-out.ts',
        from: "return written === 'gone' ? 'gone' : deferred(",
        to: "done.add('flex');\n    await finish();\n    return written === 'gone' ? 'gone' : deferred(",
      },
    ],
  },
  {
    name: "an agent's presence half carried over after a kill",
    mode: 'told',
    from: 47,
    patches: [
      {
        file: 'src/core/agents/decide-presence.ts',
        from: "if (unfinished) return { is: 'look', otherwise: 'already' };",
        to: "if (unfinished) return skip('already');",
      },
      {
        file: 'src/core/agents/decide-presence.ts',
        from: 'return known.todo.size === 0 ? skip(occasion.otherwise) : carry(rules, seen, known, known);',
        to: 'return skip(occasion.otherwise);',
      },
    ],
  },
  {
    name: 'nobody looks for what an agent did unheard',
    mode: 'within',
    from: 22,
    patches: [
      {
        file: 'src/core/sweep/whole-sweep.ts',
        from: 'await presence(begun + PRESENCE_END_MS);',
        to: 'await presence(begun - PRESENCE_END_MS);',
      },
    ],
  },
  {
    name: 'a task for the next agent made again, though the first may have been made',
    mode: 'told',
    from: 106,
    patches: [
      {
        file: 'src/core/chats/handover-task.ts',
        from: "  return made?.sid ?? (now < settlesAt ? 'wait' : undefined);",
        to: "  return made === null && now < settlesAt ? 'wait' : undefined;",
      },
    ],
  },
  {
    name: 'a chat handed on, and the task before left behind',
    mode: 'told',
    from: 4,
    patches: [{ file: 'src/core/chats/leaving.ts', from: '  await closeTasksOfLeaving(deps, pair);\n', to: '' }],
  },
  {
    name: 'why a chat was handed back told at each try',
    mode: 'told',
    from: 17,
    patches: [
      {
        file: 'src/core/chats/hand-back.ts',
        from: 'writeSystemNotice(deps, to, { key, text }, run)',
        to: 'writeSystemNotice(deps, to, { key: key.concat(String(pair.agreeFence)), text }, run)',
      },
    ],
  },
  {
    name: 'a direction that is off taken for the other one',
    mode: 'told',
    from: 66,
    patches: [
      {
        file: 'src/core/state/modes.ts',
        from: 'toFrontline: modeIn(item?.toFrontline),',
        to: 'toFrontline: modeIn(item?.toFlex),',
      },
    ],
  },
];
