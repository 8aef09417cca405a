/** Bugs in what is done about a whole chat: its offer, its accept, who serves it, its end. */
import type { Bug } from './bugs.ts';

export const CHAT_BUGS: readonly Bug[] = [
  {
    name: 'a chat closed before all that was said has crossed',
    mode: 'stories',
    from: 19,
    patches: [
      {
        file: 'src/core/chats/end.ts',
        from: '  pair.lanes[lane].drained && !tellsOfMore(deps, pair.lanes[lane]);',
        to: '  pair.lanes[lane].drained || lane !== undefined;',
      },
    ],
  },
  {
    name: 'a chat ended over what its customer has just said',
    scenario: 'a chat closed in Frontline while its customer writes',
    patches: [
      {
        file: 'src/core/chats/end.ts',
        from: 'const stop = await unlessWordsAreLeft(deps, pair);',
        to: 'const stop = undefined;',
      },
      {
        file: 'src/core/chats/end.ts',
        from: 'const said = channel && (await unlessWordsAreLeft(deps, pair));',
        to: 'const said: Outcome | undefined = undefined;',
      },
    ],
  },
  {
    name: 'the task of a chat that ended in Frontline left behind',
    mode: 'stories',
    from: 15,
    patches: [
      {
        file: 'src/core/chats/deactivate.ts',
        from: '  for (const task of open) if (task !== next) await endTask(deps, task);\n',
        to: '',
      },
    ],
  },
  {
    name: 'an SMS session ended before the last SMS is out',
    scenario: 'a chat closed in Frontline, of which nobody told, nor of its last SMS',
    patches: [
      {
        file: 'src/core/chats/end.ts',
        from: "    if (!(await smsAreThrough(deps, pair, channel))) return deferred('draining');\n",
        to: '',
      },
    ],
  },
  {
    name: 'a close by a timer taken for a person’s',
    mode: 'stories',
    from: 27,
    patches: [
      {
        file: 'src/core/chats/agree.ts',
        from: "byTimer ? 'timer' : 'frontline', run",
        to: "byTimer ? 'frontline' : 'frontline', run",
      },
    ],
  },
  {
    name: 'nobody looks for an end that nobody told of',
    mode: 'stories',
    from: 87,
    patches: [
      {
        file: 'src/core/sweep/what-is-open.ts',
        from: 'pair.begunAt < at && (closed || done)',
        to: 'pair.begunAt > at && (closed || done)',
      },
    ],
  },
  {
    name: 'a chat ended with its old task, though it was handed over in Flex',
    scenario: 'a cold transfer in Flex',
    patches: [
      {
        file: 'src/core/chats/agree.ts',
        from: '  if (open.some(({ sid }) => !served.has(sid))) return undefined;\n',
        to: '',
      },
      {
        file: 'src/core/chats/agree.ts',
        from: 'const isTakenOff = task?.chat === undefined;',
        to: 'const isTakenOff = false;',
      },
    ],
  },
  {
    name: 'an agent taken out before another is in',
    mode: 'stories',
    from: 7,
    patches: [
      {
        file: 'src/core/chats/decide-members.ts',
        from: "return [{ do: others ? 'leave' : 'wait', side, agent }];",
        to: "return [{ do: 'leave', side, agent }];",
      },
    ],
  },
  {
    name: 'a chat handed back, and its new agent out before the others are in',
    mode: 'within',
    from: 98,
    patches: [
      {
        file: 'src/core/chats/hand-back.ts',
        from: '  await putOthersBack(deps, pair, members);\n  const his',
        to: '  const his',
      },
      {
        file: 'src/core/chats/hand-back.ts',
        from: 'await deps.frontline.leave(pair.frontline, member.sid);\n',
        to: 'await deps.frontline.leave(pair.frontline, member.sid);\n  await putOthersBack(deps, pair, members);\n',
      },
    ],
  },
  {
    name: 'nobody looks for an accept that nobody told of',
    mode: 'within',
    from: 4,
    patches: [
      {
        file: 'src/core/sweep/whole-sweep.ts',
        from: 'await accepts(begun + ACCEPTS_MS);',
        to: 'await accepts(begun - ACCEPTS_MS);',
      },
    ],
  },
  {
    name: 'an agent told again of an offer without a look whether he was',
    mode: 'stories',
    from: 26,
    patches: [
      {
        file: 'src/core/agents/system-notice.ts',
        from: '  if (found !== undefined) return found;\n  const place',
        to: "  if (found !== undefined && known?.is === 'stands') return found;\n  const place",
      },
    ],
  },
  {
    name: 'an answer noted before it is sent',
    scenario: 'an offer that is declined in Frontline:every-step',
    patches: [
      {
        file: 'src/core/agents/settle-offers.ts',
        from: '  const now = await tasks.answerReservation(worker, offer.reservation, answer);\n',
        to: `  await saveOffers(deps, worker, endOffer(known, offer, \`\${answer} here\`, deps.clock.now()));
  const now = await tasks.answerReservation(worker, offer.reservation, answer);\n`,
      },
    ],
  },
  {
    name: 'an answer taken for the first offer that waits',
    scenario: 'an offer that is accepted in Frontline while another waits',
    patches: [
      {
        file: 'src/core/agents/decide-answer.ts',
        from: 'known.find((offer) => offer.number === number);',
        to: "known.find(({ stage }) => stage === 'open');",
      },
    ],
  },
  {
    name: 'an agent asked though the settings say to accept',
    scenario: 'an offer that is accepted at once',
    patches: [
      {
        file: 'src/core/agents/offers.ts',
        from: '  if (deps.settings.acceptsOffers) return acceptAtOnce(',
        to: '  if (deps.settings.acceptsOffers && run.attempts > 1) return acceptAtOnce(',
      },
    ],
  },
];
