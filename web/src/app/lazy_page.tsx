// The page at the present address, its code loaded when it is first needed.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Empty, Loading, Wrong } from '../parts/basics';
import { words } from '../words';
import { match, place } from './router';
import { type PageProps, ROUTES, type Route } from './routes';
import { may } from './session';

/** The route that the parts of a hash lead to, and the values in them. */
export function routeOf(parts: string[]): { route: Route; values: string[] } | undefined {
  for (const route of ROUTES) {
    const values = match(route.pattern, parts);
    if (values) return { route, values };
  }
  return undefined;
}

export function mayOpen(route: Route): boolean {
  return !route.rights || route.rights.some((right) => may(right));
}

/** Where somebody goes who names no page: the first that is theirs. */
export function homeRoute(): Route | undefined {
  return ROUTES.find((route) => route.navigation !== undefined && mayOpen(route));
}

export function CurrentPage() {
  const found = routeOf(place.value.parts);
  if (!found) return <Empty title={words.notFound} />;
  if (!mayOpen(found.route)) return <Empty title={words.notAllowed} />;
  return <LazyPage key={found.route.title} route={found.route} values={found.values} />;
}

const loaded = new Map<string, ComponentType<PageProps>>();

function LazyPage({ route, values }: { route: Route; values: string[] }) {
  // A component is a function, so it stands in an object: a setter would call it.
  const [page, setPage] = useState({ component: loaded.get(route.pattern) });
  const [error, setError] = useState<unknown>(undefined);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (page.component && attempt === 0) return;
    route.load().then((component) => {
      loaded.set(route.pattern, component);
      setPage({ component });
    }, setError);
  }, [route, page.component, attempt]);
  const retry = () => {
    setError(undefined);
    setAttempt(attempt + 1);
  };
  if (error) return <Wrong error={error} retry={retry} />;
  const Page = page.component;
  return Page ? <Page values={values} /> : <Loading />;
}
