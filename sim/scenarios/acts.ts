/** What people do in scenarios, and what befalls the bridge there. */
import type { Fault } from '../../local-twilio/faults.ts';
import type { ScenarioAct } from '../scenario.ts';
import type { SimWorld } from '../world.ts';

export const inFlex =
  (body: string): ScenarioAct =>
  (world, chat) =>
    void chat.said.flex.add(world.twilio.customer.writes(chat.channel, body).sid);
export const byAgentInFlex =
  (body: string): ScenarioAct =>
  (world, chat) =>
    void chat.said.flex.add(world.twilio.flexAgent.writes(chat.agent.flexWorkerSid, chat.channel, body).sid);
export const inFrontline =
  (body: string): ScenarioAct =>
  (world, chat) => {
    const conversation = chat.conversation();
    if (conversation === undefined) return;
    chat.said.frontline.add(world.twilio.frontlineAgent.writes(chat.agent.email, conversation, body).sid);
  };

export const fails = (fault: Fault) => (world: SimWorld) => void world.twilio.faults.add(fault);
export const works = (world: SimWorld) => world.twilio.faults.clear();
/** Of messages. */
export const lost = fails({ fault: 'webhook.lost', p: 1, only: 'onMessage' });
export const allLost = fails({ fault: 'webhook.lost', p: 1 });
export const nothing = () => {};
