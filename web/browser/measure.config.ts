// `npm run measure`: prints figures of console and widget as one line of JSON. No part of the tests.

import config from './playwright.config.ts';

export default { ...config, testDir: 'measure', workers: 1, reporter: './harness/quiet.ts' };
