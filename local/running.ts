/** A bridge with the Twilio that it needs: the accounts of the settings, or the local Twilio's. */
import { existsSync, rmSync } from 'node:fs';
import type { Journal } from '../src/core/ports/journal.ts';
import { type Host, startHost } from './host.ts';
import type { LocalSettings } from './local-settings.ts';
import { localTwilioAt } from './local-twilio-at.ts';

export type Running = {
  readonly host: Host;
  /** Where the local Twilio is; undefined with accounts of the settings. */
  readonly twilioUrl: string | undefined;
  readonly stop: () => Promise<void>;
};

/** @throws what keeps it from starting; nothing is left open then. */
export const startBoth = async (settings: LocalSettings, journal: Journal): Promise<Running> => {
  if (settings.accountsOf === 'settings') {
    const host = await startHost({ ...settings, journal });
    return { host, twilioUrl: undefined, stop: host.stop };
  }
  const twilio = await localTwilio(settings);
  try {
    const host = await startHost({
      ...settings,
      settings: { ...settings.settings, twilioBaseUrl: twilio.url },
      forget: settings.forget && !twilio.recalled,
      journal,
    });
    const stop = async (): Promise<void> => {
      await host.stop();
      await twilio.stop();
    };
    await localTwilioAt(twilio.url)
      .post('connect', { url: host.publicBaseUrl })
      .catch(async (error: unknown) => {
        await stop();
        throw error;
      });
    return { host, twilioUrl: twilio.url, stop };
  } catch (error) {
    await twilio.stop();
    throw error;
  }
};

/**
 * A Twilio of this process's own when no address of one is given. It is loaded only then: it needs what developers
 * have. What it knows is kept beside the bridge's file, and is nothing without that.
 */
const localTwilio = async ({
  settings,
  dataFile,
}: LocalSettings): Promise<{
  readonly url: string;
  readonly recalled: boolean;
  readonly stop: () => Promise<void>;
}> => {
  if (settings.twilioBaseUrl !== undefined)
    return { url: settings.twilioBaseUrl, recalled: false, stop: async () => {} };
  const keepIn = `${dataFile.replace(/\.sqlite$/, '')}.twilio`;
  if (!existsSync(dataFile)) rmSync(keepIn, { force: true });
  const { startLocalTwilio } = await import('../local-twilio/server.ts');
  return startLocalTwilio({ validate: false, keepIn });
};
