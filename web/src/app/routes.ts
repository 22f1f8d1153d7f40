// Every page: its address, its name in the navigation, and which right opens it. A page's code is loaded when it is
// first visited.
import type { ComponentType } from 'preact';
import { SUPERVISE } from '../pages/shared/routes';
import type { Right } from './session';

export interface PageProps {
  /** Values of the address's `{}` parts, in order. */
  values: string[];
}

export interface Route {
  /** Parts of the hash; `{}` parts are handed to the page. */
  pattern: string;
  /** In the title bar. */
  title: string;
  /** In the navigation; absent for a page that is reached from others. */
  navigation?: string;
  /** Any of these opens it; none: everyone who is signed in. */
  rights?: readonly Right[];
  load(): Promise<ComponentType<PageProps>>;
}

const desk = () => import('../pages/desk/index').then((page) => page.DeskPage);

export const ROUTES: readonly Route[] = [
  { pattern: 'desk', title: 'Desk', navigation: 'Desk', rights: ['desk'], load: desk },
  { pattern: 'desk/{id}', title: 'Desk', rights: ['desk'], load: desk },
  ...SUPERVISE,
];
