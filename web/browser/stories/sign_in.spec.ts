// Who gets in, and how far: the one-time link, invitations, wrong passwords, and roles without rights.

import type { Page } from '@playwright/test';

import { ApiFailure } from '../harness/api.ts';
import { invite, SESSION_COOKIE } from '../harness/people.ts';
import { Server } from '../harness/server.ts';
import { expect, test } from '../harness/test.ts';

const PASSWORD = 'a-long-ride-uphill';

test('the first administrator comes in by the link that was printed, once', async ({ browserAt }) => {
  const server = await Server.start();
  try {
    const link = `/console#/setup?token=${await server.setupToken()}`;
    const page = await (await browserAt(server.url)).newPage();
    await page.goto('/console');
    await expect(page.getByText('There is no account yet')).toBeVisible();

    await page.goto(link);
    await setUp(page, { login: 'ruth', name: 'Ruth Okoro' });
    await expect(page.getByRole('button', { name: 'Account: Ruth Okoro' })).toBeVisible();
    await expect(page.getByRole('navigation').getByRole('link', { name: 'Accounts' })).toBeVisible();

    const stranger = await (await browserAt(server.url)).newPage();
    await stranger.goto(link);
    await setUp(stranger);
    await expect(stranger.getByRole('alert')).toBeVisible();
    await expect(stranger.getByRole('button', { name: /^Account:/ })).toHaveCount(0);
  } finally {
    await server.stop();
  }
});

test('a colleague sets a password by invitation, signs out, and in again', async ({
  server,
  staff,
  browserAt,
}) => {
  const token = await invite(staff.ruth.api, { login: 'dora', name: 'Dora Lind', role: 'agent' });
  const context = await browserAt(server.url);
  const page = await context.newPage();
  await page.goto(`/console#/setup?token=${token}`);
  await setUp(page);
  const account = page.getByRole('button', { name: 'Account: Dora Lind' });
  await expect(account).toBeVisible();
  const [first] = await context.cookies();
  expect(first).toMatchObject({ name: SESSION_COOKIE, httpOnly: true, sameSite: 'Strict' });

  await account.click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByLabel('Login')).toBeVisible();
  // The session has ended on the server, not only in this browser.
  const again = await fetch(`${server.url}/v1/session`, {
    headers: { cookie: `${SESSION_COOKIE}=${first?.value}` },
  });
  expect(again.status).toBe(401);

  await signInByHand(page, 'dora', PASSWORD);
  await expect(account).toBeVisible();
});

test('a wrong password is refused in the same words as an unknown login', async ({
  staff,
  server,
  browserAt,
}) => {
  const page = await (await browserAt(server.url)).newPage();
  await page.goto('/console');
  const refused = page.getByText('Login and password do not fit together.');
  for (const login of [staff.iris.login, 'nobody']) {
    await signInByHand(page, login, 'not-the-password-at-all');
    await expect(refused).toBeVisible();
    await expect(page.getByLabel('Password')).toHaveValue('');
    await page.reload();
    await expect(refused).toHaveCount(0);
  }
  await signInByHand(page, staff.iris.login, staff.iris.password);
  await expect(page.getByRole('button', { name: `Account: ${staff.iris.name}` })).toBeVisible();
});

test('an agent sees no administration, and the server refuses it', async ({ at, staff }) => {
  const { page } = await at(staff.ana, 'desk');
  const pages = page.getByRole('navigation', { name: 'Pages' });
  await expect(pages.getByRole('link', { name: 'Desk' })).toBeVisible();
  for (const name of ['Accounts', 'Keys', 'Audit', 'Wall']) {
    await expect(pages.getByRole('link', { name })).toHaveCount(0);
  }
  for (const hash of ['accounts', 'keys', 'audit', 'wall']) {
    await page.goto(`/console#/${hash}`);
    await expect(page.getByText('Your role does not include this page.')).toBeVisible();
  }
  for (const path of ['/v1/accounts', '/v1/keys', '/v1/audit', '/v1/wall']) {
    expect(await refusal(staff.ana.api.get(path)), path).toBe(403);
  }
});

test('an auditor reads and changes nothing', async ({ at, staff }) => {
  const { page } = await at(staff.iris, 'audit');
  await expect(page.getByText('ruth').first()).toBeVisible();
  expect(await refusal(staff.iris.api.put('/v1/bot', { enabled: false, intents_off: [] }))).toBe(403);
  expect(await refusal(staff.iris.api.post('/v1/accounts', { login: 'x', name: 'X', role: 'admin' }))).toBe(
    403,
  );
});

test('a page of another site cannot act for whoever is signed in', async ({ staff, server }) => {
  const cookie = `${SESSION_COOKIE}=${staff.ruth.session}`;
  const body = JSON.stringify({ login: 'eve', name: 'Eve', role: 'admin' });
  const headers = { cookie, 'content-type': 'application/json' };
  const answer = await fetch(`${server.url}/v1/accounts`, { method: 'POST', headers, body });
  expect(answer.status).toBe(403);
  expect(((await answer.json()) as { code: string }).code).toBe('csrf');
});

/** The first to come says who they are; who is invited is known. */
async function setUp(page: Page, first?: { readonly login: string; readonly name: string }): Promise<void> {
  if (first !== undefined) {
    await page.getByLabel('Login').fill(first.login);
    await page.getByLabel('Name', { exact: true }).fill(first.name);
  }
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set up and sign in' }).click();
}

async function signInByHand(page: Page, login: string, password: string): Promise<void> {
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** The status with which something was refused; 0 where it was not. */
async function refusal(asked: Promise<unknown>): Promise<number> {
  try {
    await asked;
    return 0;
  } catch (error) {
    return error instanceof ApiFailure ? error.status : Promise.reject(error);
  }
}
