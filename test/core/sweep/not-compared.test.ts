import { expect, test } from '@jest/globals';
import { isBlind, notCompared } from '../../../src/core/sweep/not-compared.ts';

test.each(['twilio 20404', 'twilio 50300', 'twilio 50350', 'held', 'being linked or ended'])(
  'What is not compared because of "%s" hides nothing',
  (why) => {
    expect(isBlind(notCompared(why))).toBe(false);
  },
);

test.each(['twilio 404', 'twilio 20003', 'twilio unsent', 'ProvisionedThroughputExceededException'])(
  'What is not compared because of "%s" may hide something',
  (why) => {
    expect(isBlind(notCompared(why))).toBe(true);
  },
);
