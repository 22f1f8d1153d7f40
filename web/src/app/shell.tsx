// The frame around every page of somebody signed in: navigation by role, connection, theme, account.
import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { connection } from '../live/feed';
import { Avatar } from '../parts/basics';
import { Menu } from '../parts/menu';
import { words } from '../words';
import { CurrentPage, homeRoute, mayOpen, routeOf } from './lazy_page';
import { news, titled } from './news';
import { PasswordDialog } from './password_dialog';
import { place, replace } from './router';
import { ROUTES } from './routes';
import { may, session, signOut } from './session';
import { density, theme } from './theme';
import { Toasts, toastProblem } from './toasts';

export function Shell() {
  useSignalEffect(() => {
    const home = homeRoute();
    if (place.value.parts.length === 0 && home) replace(`#/${home.pattern}`);
  });
  useSignalEffect(() => {
    const title = routeOf(place.value.parts)?.route.title;
    document.title = titled(title ? `${title} · ${words.product}` : words.product, news.value);
  });
  useEffect(() => (may('desk') ? inBackground() : undefined), []);
  return (
    <div class="shell">
      <button type="button" class="skip button button-plain" onClick={skip}>
        {words.skip}
      </button>
      <header class="shell-head">
        <span class="shell-mark" aria-hidden="true" />
        <span class="shell-name">{words.product}</span>
        <Navigation />
        <ConnectionSign />
        <AccountMenu />
      </header>
      <main id="main" class="shell-main" tabIndex={-1}>
        <CurrentPage />
      </main>
      <Toasts />
    </div>
  );
}

// A button, since the hash is the router's and a link to `#main` would lead to another page.
function skip(): void {
  document.getElementById('main')?.focus();
}

/** An agent is there, and is told of news, on every page. The code comes with the first of them. */
function inBackground(): () => void {
  let left = false;
  let end = () => {};
  import('../pages/desk/background').then((desk) => {
    if (!left) end = desk.startBackground();
  }, toastProblem);
  return () => {
    left = true;
    end();
  };
}

function Navigation() {
  const here = routeOf(place.value.parts)?.route.pattern.split('/')[0];
  return (
    <nav class="shell-nav" aria-label={words.navigation}>
      {ROUTES.filter((route) => route.navigation !== undefined && mayOpen(route)).map((route) => (
        <a
          key={route.pattern}
          href={`#/${route.pattern}`}
          aria-current={route.pattern === here ? 'page' : undefined}
        >
          {route.navigation}
          {route.pattern === 'desk' && <News />}
        </a>
      ))}
    </nav>
  );
}

function News() {
  const count = news.value;
  if (count === 0) return null;
  return (
    <span class="count" title={words.news(count)}>
      <span aria-hidden="true">{count}</span>
      <span class="unseen">{words.news(count)}</span>
    </span>
  );
}

function ConnectionSign() {
  const state = connection.value;
  return (
    <span class={`connection connection-${state}`} role="status" title={words.connection[state]}>
      <span class="connection-dot" aria-hidden="true" />
      <span class={state === 'lost' ? undefined : 'unseen'}>{words.connection[state]}</span>
    </span>
  );
}

function AccountMenu() {
  const name = session.value?.name ?? '';
  const changing = useSignal(false);
  return (
    <>
      {changing.value && (
        <PasswordDialog
          onClose={() => {
            changing.value = false;
          }}
        />
      )}
      <Menu
        label={`${words.account}: ${name}`}
        look="account-button"
        items={[
          ...(['system', 'light', 'dark'] as const).map((value) => ({
            label: `${words.theme.label}: ${words.theme[value]}`,
            chosen: theme.value === value,
            run: () => {
              theme.value = value;
            },
          })),
          'line',
          ...(['dense', 'roomy'] as const).map((value) => ({
            label: `${words.density.label}: ${words.density[value]}`,
            chosen: density.value === value,
            run: () => {
              density.value = value;
            },
          })),
          'line',
          // The company's own provider keeps the passwords of those who come by it.
          ...(session.value?.oidc
            ? []
            : [
                {
                  label: words.changePassword,
                  run: () => {
                    changing.value = true;
                  },
                },
              ]),
          { label: words.signOut, run: () => void signOut().catch(toastProblem) },
        ]}
      >
        <Avatar name={name} kind="agent" />
        <span class="account-name">{name}</span>
      </Menu>
    </>
  );
}
