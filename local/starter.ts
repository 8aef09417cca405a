/**
 * Whether the npm that started this process is still there. What ends npm by SIGTERM or SIGINT it passes on; of SIGHUP,
 * SIGKILL and the like nobody here hears, and the bridge would stay on its port with nobody who knows of it.
 *
 * Without `npm start` nothing is watched: what a shell, systemd or Docker started may outlive whoever started it.
 */
import { basename } from 'node:path';

const { npm_lifecycle_event: event, npm_lifecycle_script: script = '', _: startedAs = '' } = process.env;
const byNpmStart = event === 'start' && script.includes('local/start.js');

/**
 * Node, and npm with it, undoes what nohup sets: a SIGHUP ends either. But the shell that a terminal has says in `_`
 * what it ran: https://www.gnu.org/software/bash/manual/bash.html#Bash-Variables
 */
export const byNohup = basename(startedAs) === 'nohup';

/**
 * Noted as soon as this file is imported: start.js does so first, before npm can have gone. 1 is npm in a container.
 */
const starter = process.ppid;

const LOOK_MS = 1000;

/**
 * Calls `gone` once, within some seconds of it; keeps no process alive. On Windows never: a process keeps the number of
 * a parent that is gone.
 * @returns stops watching
 */
export const whenStarterIsGone = (gone: () => void): (() => void) => {
  if (!byNpmStart) return () => {};
  const looking = setInterval(() => {
    if (process.ppid === starter) return;
    clearInterval(looking);
    gone();
  }, LOOK_MS).unref();
  return () => clearInterval(looking);
};
