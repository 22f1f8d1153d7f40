// The rules of a trace as sentences. A rule that is not known here, or that looked at something else than expected, is told
// in a plain form, so that nothing of a trace is ever left out.

import { isReason, reason } from './ending';
import { Inputs } from './inputs';
import { named, spoken } from './said';
import { BOT } from './tell_bot';
import { FLOW } from './tell_flow';
import { LINE } from './tell_line';
import { PEOPLE } from './tell_people';
import type { Tellers } from './teller';

/** One rule that was considered, as a trace has it. */
export interface Rule {
  rule: string;
  inputs: unknown;
  fired: boolean;
}

const TELLERS: Tellers = { ...PEOPLE, ...BOT, ...FLOW, ...LINE };

export function isKnown(rule: string): boolean {
  return Object.hasOwn(TELLERS, rule) || isReason(rule);
}

/** What the rule looked at, and why it did or did not apply. */
export function tell(rule: Rule): string {
  const inputs = new Inputs(rule.inputs);
  const known = Object.hasOwn(TELLERS, rule.rule) ? TELLERS[rule.rule]?.(inputs, rule.fired) : undefined;
  // A flow may hand off for any of the reasons, under the reason's own name, whatever else goes by that name.
  return ofFlow(rule, inputs) ?? known ?? plain(rule, inputs);
}

function ofFlow(rule: Rule, inputs: Inputs): string | undefined {
  const flow = inputs.text('flow');
  if (!rule.fired || flow === undefined || !isReason(rule.rule)) return undefined;
  const line = inputs.number('line');
  const where = line === undefined ? '' : `, in line ${line} of its file`;
  return `The flow ${named(flow)} hands off here${where}: ${reason(rule.rule)}.`;
}

function plain(rule: Rule, inputs: Inputs): string {
  const looked = inputs.entries().map(([key, value]) => `${spoken(key)} ${JSON.stringify(value)}`);
  const of = looked.length === 0 ? '' : ` It looked at ${looked.join(', ')}.`;
  return `The rule ${named(rule.rule)} ${rule.fired ? 'applied' : 'did not apply'}.${of}`;
}
