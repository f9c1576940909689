import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signWebhook } from '../../../platform/outgoing/signWebhook.ts';

test('a webhook is signed as the libraries of Standard Webhooks verify it', () => {
  // The example of the specification's reference libraries.
  const message = {
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    timestamp: '1614265330',
    body: '{"test": 2432232314}',
  };
  const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
  assert.equal(signWebhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message), signature);
  assert.notEqual(signWebhook('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', message), signature);
});
