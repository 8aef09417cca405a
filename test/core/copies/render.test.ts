import { describe, expect, test } from '@jest/globals';
import { authorAcross, render } from '../../../src/core/copies/render.ts';
import type { Message } from '../../../src/core/model/event.ts';
import { decodeIdentity } from '../../../src/core/model/identity.ts';

const people = { customer: '+15550100', workerIdentity: 'ann_40example_2Ecom', formerAgents: ['ben_2Elee'] };
const message = (over: Partial<Message>): Message => ({
  sid: 'IM1',
  index: 0,
  author: '+15550100',
  body: 'Hello',
  createdAt: '2026-03-14T17:04:44.742Z',
  attributes: '{}',
  media: [],
  ...over,
});

describe('a message on the other side', () => {
  test('has the customer under the same identity', () => {
    expect(render('toFrontline', message({}), people, false)).toEqual({ author: '+15550100', body: 'Hello' });
  });

  test('has the agent as each side spells the agent', () => {
    expect(render('toFrontline', message({ author: 'ann_40example_2Ecom' }), people, false)?.author).toBe(
      'ann@example.com',
    );
    expect(render('toFlex', message({ author: 'ann@example.com' }), people, false)?.author).toBe('ann_40example_2Ecom');
  });

  test("takes Flex's own spelling of the agent before a computed one", () => {
    const odd = { ...people, workerIdentity: 'ann-lee_40example_2Ecom' };
    expect(render('toFlex', message({ author: 'ann-lee@example.com' }), odd, false)?.author).toBe(
      'ann-lee_40example_2Ecom',
    );
  });

  test.each([
    ['an agent to whom the chat was transferred', 'cy-d_40example_2Ecom', 'cy-d@example.com'],
    ['an agent in Flex who is named by an address', 'cy_2Ed_5Fe_40example_2Ecom', 'cy.d_e@example.com'],
    ['an agent who served the chat before, named by no address', 'ben_2Elee', 'ben.lee'],
  ])('has %s as Frontline spells him', (_, flex, frontline) => {
    expect(authorAcross('toFrontline', flex, people)).toBe(frontline);
    expect(decodeIdentity(authorAcross('toFlex', frontline, people))).toBe(frontline);
  });

  test.each([
    ...['system', 'Bridge', 'support_42', 'bot_10', 'user_4521', 'my-bot', 'my_2Dbot', 'bot_20x', 'cy_2Ed', '_40', '@'],
    ...['a_40b', 'bot_40v1_2E_31', 'x_4142_40example_2Ecom', 'bot_40a_0A_2Ecom', 'jo_e_40example_2Ecom', '+15550199'],
  ])("leaves a name that is no agent's alone: %s", (name) => {
    expect(authorAcross('toFrontline', name, people)).toBe(name);
    expect(authorAcross('toFlex', name, people)).toBe(name);
  });

  test('leaves system messages to the system', () => {
    expect(render('toFrontline', message({ author: 'system' }), people, false)?.author).toBe('system');
  });

  test('names a file, its type and size, and where it can be opened', () => {
    const media = [{ sid: 'ME1', filename: 'bill.pdf', contentType: 'application/pdf', size: 34_567 }];
    expect(render('toFrontline', message({ body: 'See', media }), people, false)?.body).toBe(
      'See\n[File: bill.pdf, application/pdf, 34 KB. Open it in Flex.]',
    );
    const nameless = [{ sid: 'ME1', contentType: 'image/jpeg', size: 5_242_880 }];
    expect(render('toFlex', message({ body: '', media: nameless }), people, false)?.body).toBe(
      '[File: without a name, image/jpeg, 5.0 MB. Open it in Frontline.]',
    );
  });

  test('is what the wire can carry: half a character becomes what a form makes of it', () => {
    const media = [{ sid: 'ME1', filename: '\udc00.pdf', contentType: 'application/pdf', size: 1 }];
    const rendered = render('toFlex', message({ author: 'jo\ud83d', body: 'Hi \ud83d', media }), people, false);
    expect(rendered).toEqual({
      author: 'jo\ufffd',
      body: 'Hi \ufffd\n[File: \ufffd.pdf, application/pdf, 1 B. Open it in Frontline.]',
    });
  });

  test('says so when it comes late', () => {
    expect(render('toFrontline', message({}), people, true)?.body).toBe('[Late, written 2026-03-14 17:04 UTC] Hello');
  });

  test('is nothing when there is nothing in it', () => {
    expect(render('toFrontline', message({ body: '' }), people, false)).toBeUndefined();
  });
});
