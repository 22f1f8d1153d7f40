// `npm run pictures`: takes the pictures in docs/pictures anew. No part of the tests.

import config from './playwright.config.ts';

export default { ...config, testDir: 'pictures', workers: 1, timeout: 120_000 };
