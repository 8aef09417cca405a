/** One machine with the local Twilio beside it, over real HTTP on 127.0.0.1. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Host, type HostOptions, startHost } from '../../../local/host.ts';
import { readLocalSettings } from '../../../local/local-settings.ts';
import { startLocalTwilio } from '../../../local-twilio/server.ts';
import type { Entry } from '../../../src/core/ports/journal.ts';

export const newFolder = async () => {
  const path = await mkdtemp(join(tmpdir(), 'one-machine-'));
  return { path, file: (name: string) => join(path, name), remove: () => rm(path, { recursive: true, force: true }) };
};

/** `boot` starts the bridge, again and again if need be, on the same file. */
export const newMachine = async (environment: Readonly<Record<string, string>> = {}) => {
  const folder = await newFolder();
  const twilio = await startLocalTwilio({ seed: 11, validate: false });
  const journal: Entry[] = [];
  let host: Host | undefined;
  const settings = () =>
    readLocalSettings({
      PORT: '0',
      SETTLE_SECONDS: '1',
      SWEEP_SECONDS: '1',
      TWILIO_BASE_URL: twilio.url,
      DATA_FILE: folder.file('data/bridge.sqlite'),
      ...environment,
    });
  const boot = async (over: Partial<HostOptions> = {}): Promise<Host> => {
    host = await startHost({ ...settings(), journal: (entry) => journal.push(entry), ...over });
    twilio.connectBridge(host.publicBaseUrl);
    return host;
  };
  return {
    twilio,
    journal,
    folder,
    settings,
    boot,
    stop: () => host?.stop(),
    /** The bridge's. */
    port: () => host?.port,
    end: async () => {
      await host?.stop();
      await twilio.stop();
      await folder.remove();
    },
  };
};
export type Machine = Awaited<ReturnType<typeof newMachine>>;
