/**
 * The wire between the bridge's REST adapter and the local Twilio's state machine: no socket, and a time of its own.
 */
import { validateHeaderValue } from 'node:http';
import type { Respond } from '../local-twilio/respond.ts';
import { type HttpAnswer, type HttpCall, NoAnswer } from '../src/adapters/twilio/http/http.ts';
import type { SimTime } from './time.ts';

/** @param tell hears how each call ended */
export const createWire =
  (respond: Respond, time: Pick<SimTime, 'after'>, tell: (what: string) => void = () => {}): HttpCall =>
  ({ method, url, headers, body, timeoutMs }) => {
    const { host, pathname: path, search } = new URL(url);
    const gaveUp = new AbortController();
    return new Promise<HttpAnswer>((resolve, reject) => {
      // As Node does before it sends anything.
      for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
      const cancel = time.after(timeoutMs, () => {
        gaveUp.abort();
        tell(`${method} ${path} gets no answer in time`);
        reject(new NoAnswer('no answer in time', 'perhaps'));
      });
      const query = search.slice(1);
      respond({ method, host, path, query, headers, body: body ?? '', gaveUp: gaveUp.signal }).then((answer) => {
        cancel();
        if (gaveUp.signal.aborted) return;
        tell(`${method} ${path} ${answer === 'destroyed' ? answer : answer.status}`);
        if (answer === 'destroyed') reject(new NoAnswer('ECONNRESET', 'perhaps'));
        else resolve(answer);
      }, reject);
    });
  };
