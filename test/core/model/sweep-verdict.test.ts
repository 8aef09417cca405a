import { describe, expect, test } from '@jest/globals';
import { twilioErrorFrom } from '../../../src/adapters/twilio/http/errors.ts';
import { unread } from '../../../src/core/model/sweep-verdict.ts';
import { TwilioError } from '../../../src/core/model/twilio-error.ts';

const answered = (status: number, code?: number): TwilioError =>
  twilioErrorFrom('GET /v2', { status, headers: {}, body: code === undefined ? '<html>' : JSON.stringify({ code }) });

describe('What Twilio would not show the sweep', () => {
  test.each([20404, 50300, 50350])('hides nothing when the container is gone (%i)', (code) => {
    expect(unread(answered(404, code))).toEqual({ verdict: 'left_alone', why: 'container_gone' });
  });

  test.each([
    ['a 404 without a code of Twilio', answered(404), { status: 404 }],
    ['another thing that is not there', answered(404, 50404), { code: 50404 }],
    ['wrong credentials', answered(401, 20003), { code: 20003 }],
    ['a call that was never sent', new TwilioError('GET', { remedy: 'retry', effect: 'unsent' }), { effect: 'unsent' }],
  ])('may hide something: %s', (_, error, said) => {
    expect(unread(error)).toEqual({ verdict: 'not_compared', why: 'twilio', ...said });
  });
});
