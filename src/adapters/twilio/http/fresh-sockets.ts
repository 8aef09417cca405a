import type { Agent } from 'node:http';

export type FreshAgent = {
  readonly agent: Agent;
  /** To be called before each request: closes the sockets that were free for too long. */
  readonly dropStale: () => void;
};

/** A socket is used at most so much longer than its time. */
const LOOKS_PER_IDLE = 40;

/**
 * An agent that uses no socket again that was free for longer than `idleMs` by the clock. The agent's own timer does
 * not do for that: it stands still while a sandbox is frozen, and the first request after the thaw would meet a dead
 * socket.
 */
export const withFreshSockets = (agent: Agent, now: () => number, idleMs: number): FreshAgent => {
  const freedAt = new WeakMap<object, number>();
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    freedAt.set(socket, now());
    return keep(socket);
  };
  let looked = Number.NEGATIVE_INFINITY;
  const dropStale = () => {
    // Under load hundreds are free: to look at all of them for each request would cost more than the request.
    if (Math.abs(now() - looked) < idleMs / LOOKS_PER_IDLE) return;
    looked = now();
    for (const sockets of Object.values(agent.freeSockets))
      for (const socket of sockets ?? []) if (now() - (freedAt.get(socket) ?? 0) > idleMs) socket.destroy();
  };
  return { agent, dropStale };
};
