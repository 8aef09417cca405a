/** Where the page is: beside the local Twilio on the bridge's own port, else on a port of its own or nowhere. */

import { listen } from '../listener.ts';
import type { LocalSettings } from '../local-settings.ts';
import { localTwilioAt } from '../local-twilio-at.ts';
import type { Running } from '../running.ts';
import { createDemo } from './demo.ts';
import type { Feed } from './feed.ts';
import { createPage } from './page.ts';

export type ShownPage = { readonly url: string | undefined; readonly stop: () => Promise<void> };

const HERE = '127.0.0.1';

/** @throws when CONSOLE_PORT is in use */
export const showPage = async (deps: {
  readonly settings: Pick<LocalSettings, 'consolePort'>;
  readonly running: Pick<Running, 'twilioUrl' | 'host'>;
  readonly feed: Feed;
}): Promise<ShownPage> => {
  const { consolePort } = deps.settings;
  const { twilioUrl, host } = deps.running;
  const demo = twilioUrl === undefined ? undefined : createDemo(localTwilioAt(twilioUrl));
  if (consolePort !== undefined) {
    const page = await createPage({ feed: deps.feed, demo });
    const listener = await listen(consolePort, HERE);
    listener.onRequest(page.serve);
    const stop = async (): Promise<void> => {
      page.stop();
      await listener.close();
    };
    return { url: `http://localhost:${listener.port}/`, stop };
  }
  if (demo === undefined) return { url: undefined, stop: async () => {} };
  host.alsoServe(await createPage({ feed: deps.feed, demo }));
  return { url: `http://localhost:${host.port}/`, stop: async () => {} };
};
