// The rules of a turn, in the order in which they were considered, with a sentence each.
import { type Rule, tell } from './rules';

export function RuleList({ rules }: { rules: readonly Rule[] }) {
  return (
    <ol class="rules">
      {rules.map((rule, at) => (
        <li key={`${rule.rule} ${at}`} class={rule.fired ? 'rule rule-fired' : 'rule'}>
          <span class="rule-sign" role="img" aria-label={rule.fired ? 'It applied:' : 'It did not apply:'}>
            {rule.fired ? '●' : '○'}
          </span>
          <span>{tell(rule)}</span>
          <code class="rule-name">{rule.rule}</code>
        </li>
      ))}
    </ol>
  );
}
