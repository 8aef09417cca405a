/** The wire between the bridge's REST adapter and the local Twilio's state machine, in the run's own time. */
import type { Respond } from '../local-twilio/respond.ts';
import { type HttpAnswer, type HttpCall, NoAnswer } from '../src/adapters/twilio/http/http.ts';
import type { Process } from './process.ts';
import type { Dice } from './random.ts';
import type { SimTime } from './time.ts';

export const createWire =
  (respond: Respond, process: Process, time: SimTime, dice: Dice, tell: (what: string) => void = () => {}): HttpCall =>
  ({ method, url, headers, body, timeoutMs }) => {
    const target = new URL(url);
    return process.step(`${method} ${target.host}`, dice.between(10, 60), () => {
      const gaveUp = new AbortController();
      return new Promise<HttpAnswer>((resolve, reject) => {
        const cancel = time.after(timeoutMs, () => {
          gaveUp.abort();
          tell(`${method} ${target.pathname} gets no answer in time`);
          reject(new NoAnswer('no answer in time', 'perhaps'));
        });
        respond({
          method,
          host: target.host,
          path: target.pathname,
          query: target.search.slice(1),
          headers,
          body: body ?? '',
          gaveUp: gaveUp.signal,
        }).then((answer) => {
          cancel();
          if (gaveUp.signal.aborted) return;
          tell(`${method} ${target.pathname} ${answer === 'destroyed' ? answer : answer.status}`);
          if (answer === 'destroyed') reject(new NoAnswer('ECONNRESET', 'perhaps'));
          else resolve(answer);
        }, reject);
      });
    });
  };
