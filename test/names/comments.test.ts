/** Comments have at most 120 characters a line, as code has by its formatter. An address is as long as it is. */
import { globSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const MOST = 120;

test(`No comment is wider than ${MOST} characters`, () => {
  const files = globSync('{bench,bin,cli,demo,fuzz,lambdas,lib,local,local-twilio,scripts,sim,src,test}/**/*.ts');
  expect(files.length).toBeGreaterThan(400);
  const wide = files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, n) =>
        /^\s*(?:\/\/|\/?\*)/.test(line) && !/^\s*\S*\s*https?:\S+$/.test(line) && [...line].length > MOST
          ? [`${file}:${n + 1}`]
          : [],
      ),
  );
  expect(wide).toEqual([]);
});
