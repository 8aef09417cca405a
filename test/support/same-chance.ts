import fc from 'fast-check';

/** Every run draws the same cases, so that a test fails for what was changed. `CHANCE=7 npm test` draws others. */
fc.configureGlobal({ seed: Number(process.env.CHANCE ?? 1) });
