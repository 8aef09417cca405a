/** What core may expect of either account's chats, whatever Twilio stands behind it. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ContainerSid } from '../../../../src/core/model/sids.ts';
import type { ChatSide, Draft } from '../../../../src/core/ports/chat.ts';
import { troubleFrom } from './playing-twilio.ts';

export type SideUnderTest = {
  readonly side: ChatSide;
  /** A new, empty container. */
  readonly container: ContainerSid;
  readonly close: () => Promise<void>;
};

const nowhere = `CH${'0'.repeat(32)}` as const;
const noMessage = `IM${'0'.repeat(32)}` as const;
const draft = (more: Partial<Draft> = {}): Draft => ({
  author: 'customer one',
  body: 'hello',
  createdAt: '2026-11-22T10:00:00.123Z',
  attributes: '{"bridge":{"v":1}}',
  notifyWebhooks: false,
  ...more,
});

export const describeChatSide = (name: string, open: () => Promise<SideUnderTest>): void => {
  describe(`${name} as core knows it`, () => {
    let under: SideUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    test('keeps what was sent: author, text, time to the second at least, attributes', async () => {
      const { side, container } = under;
      const body = 'こんにちは 👩‍👩‍👧 + & = % \n"end"';
      const { sid, index } = await side.send(container, draft({ body, attributes: '{"x":"ñ"}' }));
      const read = await side.message(container, sid);
      // Twilio's published examples of REST dates have whole seconds.
      expect(['2026-11-22T10:00:00Z', '2026-11-22T10:00:00.123Z']).toContain(read?.createdAt);
      expect({ ...read, createdAt: '' }).toEqual({
        sid,
        index,
        author: 'customer one',
        body,
        createdAt: '',
        attributes: '{"x":"ñ"}',
        media: [],
        neverEdited: true,
      });
    });

    test('gives each message the next index, and lists them either way round', async () => {
      const { side, container } = under;
      const sent = [];
      for (const body of ['one', 'two', 'three']) sent.push((await side.send(container, draft({ body }))).index);
      expect(sent).toEqual([0, 1, 2]);
      const asc = await side.listMessages(container, 'asc');
      const desc = await side.listMessages(container, 'desc');
      expect(asc.messages.map(({ body }) => body)).toEqual(['one', 'two', 'three']);
      expect(desc.messages).toEqual(asc.messages.toReversed());
      expect([asc.next, desc.next]).toEqual([undefined, undefined]);
    });

    test.each(['asc', 'desc'] as const)('lists 230 messages %s in three pages, each once', async (order) => {
      const { side, container } = under;
      for (let i = 0; i < 230; i++) await side.send(container, draft({ body: `${i}` }));
      const sizes: number[] = [];
      const bodies: string[] = [];
      let next: string | undefined;
      do {
        const page = await side.listMessages(container, order, next);
        sizes.push(page.messages.length);
        bodies.push(...page.messages.map(({ body }) => body));
        next = page.next;
      } while (next !== undefined);
      const all = Array.from({ length: 230 }, (_, i) => `${i}`);
      expect(sizes).toEqual([100, 100, 30]);
      expect(bodies).toEqual(order === 'asc' ? all : all.toReversed());
    });

    test('rewrites a message where it stands', async () => {
      const { side, container } = under;
      const { sid, index } = await side.send(container, draft());
      await side.rewrite(container, sid, { body: 'better', attributes: '{"y":2}' });
      expect(await side.message(container, sid)).toMatchObject({ index, body: 'better', attributes: '{"y":2}' });
    });

    test('erases a message, and again', async () => {
      const { side, container } = under;
      const { sid } = await side.send(container, draft());
      await side.erase(container, sid);
      expect(await side.message(container, sid)).toBeUndefined();
      await expect(side.erase(container, sid)).resolves.toBeUndefined();
    });

    test('knows who is a member; who joins twice has joined, and who leaves twice has left', async () => {
      const { side, container } = under;
      expect(await side.members(container)).toEqual([]);
      const member = { identity: 'ann@example.com', attributes: '{"customer_id":"7"}' };
      await side.join(container, member);
      await side.join(container, member);
      const members = await side.members(container);
      expect(members).toEqual([{ ...member, sid: expect.stringMatching(/^MB/) }]);
      for (let n = 0; n < 2; n += 1) await side.leave(container, String(members[0]?.sid));
      expect(await side.members(container)).toEqual([]);
    });

    test('reads a container, open, with its attributes', async () => {
      const { side, container } = under;
      expect(await side.container(container)).toMatchObject({ sid: container, state: 'open', attributes: '{}' });
    });

    test('tells what is not there from what cannot be done', async () => {
      const { side, container } = under;
      expect(await side.container(nowhere)).toBeUndefined();
      expect(await side.container('no-such-name')).toBeUndefined();
      expect(await side.message(container, noMessage)).toBeUndefined();
      expect(await troubleFrom(side.send(nowhere, draft()))).toMatchObject({ remedy: 'wait', effect: 'refused' });
      expect(await troubleFrom(side.join(nowhere, { identity: 'ann', attributes: '{}' }))).toMatchObject({
        remedy: 'wait',
        effect: 'refused',
      });
    });

    test('parks what Twilio will never take', async () => {
      const { side, container } = under;
      const refused = { remedy: 'park', effect: 'refused' };
      expect(await troubleFrom(side.send(container, draft({ attributes: 'not JSON' })))).toMatchObject(refused);
      expect(await troubleFrom(side.send(container, draft({ body: 'x'.repeat(40_000) })))).toMatchObject(refused);
      expect((await side.listMessages(container, 'asc')).messages).toEqual([]);
    });
  });
};
