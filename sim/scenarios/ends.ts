/** Chats that end, on either side, while something is said. */
import { FLEX } from '../../local-twilio/defaults.ts';
import type { Scenario, ScenarioAct } from '../scenario.ts';
import type { EndHow, Story } from '../story.ts';
import type { SimWorld } from '../world.ts';
import { allLost, atOnce, inFlex, inFrontline, nothing, rightAfter, works } from './acts.ts';

const ends =
  (how: EndHow, act: ScenarioAct): ScenarioAct =>
  (world, chat) => {
    act(world, chat);
    chat.endings.push({ at: world.time.now(), how });
  };
const completesTask: ScenarioAct = ({ twilio }, { tasks }) => tasks.forEach(twilio.flexAgent.completesTask);

const inactive = ends('inactive', ({ twilio }, { agent, channel }) =>
  twilio.flexAgent.endsChat(agent.flexWorkerSid, channel),
);
const taskDone = ends('task', completesTask);
const deleted = ends('deleted', ({ twilio }, { channel }) => twilio.flexAgent.deletesChannel(channel));
const closed = ends('closed', ({ twilio }, { agent, conversation }) => {
  const sid = conversation();
  if (sid !== undefined) twilio.frontlineAgent.closes(agent.email, sid);
});
const closedByTimer: ScenarioAct = ({ twilio }, { conversation }) => {
  const sid = conversation();
  if (sid !== undefined) twilio.closeByTimer(sid);
};

/** What the bridge does about it is not told either. */
const worksLater: ScenarioAct = (world) => world.time.after(5 * 60_000, () => works(world));

/** The customer's next text begins a chat of its own. */
const sessionEnds = ({ twilio }: SimWorld, { channel }: Story): readonly string[] => {
  const proxy = twilio.place.flex.account.proxies.get(FLEX.proxyServiceSid);
  const sessions = [...(proxy?.sessions.values() ?? [])].filter(({ uniqueName }) => uniqueName === channel);
  return sessions.length === 1 && sessions[0]?.status === 'closed'
    ? []
    : [`its sessions are ${sessions.map(({ status }) => status).join()}`];
};

export const ENDS: readonly Scenario[] = [
  {
    name: 'a chat ended in Flex',
    kind: 'web',
    history: 1,
    acts: [atOnce(inFlex('one'), inFrontline('two'), rightAfter(inactive)), nothing, completesTask],
    linked: true,
    ends: true,
  },
  {
    name: 'a chat ended in Flex, of which nobody told',
    kind: 'sms',
    history: 1,
    acts: [allLost, atOnce(inFrontline('one'), rightAfter(inactive)), works],
    linked: true,
    ends: true,
    problems: sessionEnds,
  },
  {
    name: 'a chat whose task is completed',
    kind: 'web',
    history: 1,
    acts: [atOnce(inFlex('one'), rightAfter(taskDone))],
    linked: true,
    ends: true,
  },
  {
    name: 'a chat whose channel is deleted',
    kind: 'web',
    history: 1,
    acts: [deleted],
    linked: true,
    ends: true,
  },
  {
    name: 'a chat closed in Frontline',
    kind: 'sms',
    history: 1,
    acts: [atOnce(inFrontline('one'), rightAfter(closed))],
    linked: true,
    ends: true,
    problems: sessionEnds,
  },
  {
    name: 'a chat closed in Frontline, of which nobody told, nor of its last SMS',
    kind: 'sms',
    history: 1,
    acts: [allLost, atOnce(inFrontline('one'), rightAfter(closed)), worksLater],
    linked: true,
    ends: true,
    problems: sessionEnds,
  },
  {
    name: 'a chat closed in Frontline while its customer writes',
    kind: 'web',
    history: 1,
    acts: [atOnce(inFlex('one'), rightAfter(closed))],
    linked: true,
    ends: true,
  },
  {
    name: 'a conversation closed by a timer',
    kind: 'web',
    history: 1,
    acts: [atOnce(inFlex('one'), inFrontline('two'), closedByTimer)],
    linked: true,
  },
];
