// What every file of sentences has in common: a teller says of one rule what it looked at and why it did or did not apply.

import type { Inputs } from './inputs';

/** `undefined` where the inputs are not those it knows: then the plain form is told. */
export type Teller = (inputs: Inputs, fired: boolean) => string | undefined;

export type Tellers = Readonly<Record<string, Teller>>;

/** For a rule whose sentence needs no figures. */
export function either(fired: string, not: string): Teller {
  return (_, applied) => (applied ? fired : not);
}
