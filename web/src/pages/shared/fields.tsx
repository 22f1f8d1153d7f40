// Fields of the administration's forms, and a secret that is told once.
import { useState } from 'preact/hooks';
import { Button, Field } from '../../parts/basics';

interface Common {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
}

interface TextProps extends Common {
  value: string;
  onValue: (value: string) => void;
  type?: 'text' | 'url' | 'number' | 'datetime-local' | 'search';
  required?: boolean;
  min?: number;
  max?: number;
  disabled?: boolean;
}

export function TextField(props: TextProps) {
  return (
    <Field label={props.label} hint={props.hint} problem={props.problem}>
      {(attributes) => (
        <input
          {...attributes}
          // The typings know each of these, and no choice between them.
          type={(props.type ?? 'text') as 'text'}
          value={props.value}
          required={props.required}
          min={props.min}
          max={props.max}
          disabled={props.disabled}
          autoComplete="off"
          spellcheck={false}
          onInput={(event) => props.onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export interface Option<V extends string = string> {
  value: V;
  label: string;
}

export function SelectField<V extends string>(
  props: Common & { value: V; onValue: (value: V) => void; options: readonly Option<V>[] },
) {
  return (
    <Field label={props.label} hint={props.hint} problem={props.problem}>
      {(attributes) => (
        <select
          {...attributes}
          value={props.value}
          onChange={(event) => {
            const picked = props.options.find((option) => option.value === event.currentTarget.value);
            if (picked) props.onValue(picked.value);
          }}
        >
          {props.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Checks(props: {
  label: string;
  hint?: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChosen: (chosen: string[]) => void;
}) {
  const { chosen, onChosen } = props;
  return (
    <fieldset class="checks">
      <legend>{props.label}</legend>
      {props.hint && <p class="field-hint">{props.hint}</p>}
      <div class="checks-list">
        {props.options.map(({ value, label }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={(event) => {
                const without = chosen.filter((one) => one !== value);
                onChosen(event.currentTarget.checked ? [...without, value] : without);
              }}
            />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A secret that the engine tells once: in sight until it is put away. */
export function Once(props: { label: string; value: string; note: string; onDone: () => void }) {
  const [copied, setCopied] = useState(false);
  // Where the page is not served over https the browser lends no clipboard; the text can be marked by hand.
  const clipboard = navigator.clipboard as Clipboard | undefined;
  return (
    <section class="card once" aria-label={props.label} aria-live="polite">
      <h2>{props.label}</h2>
      <code class="once-value">{props.value}</code>
      <p>{props.note}</p>
      <div class="cluster">
        {clipboard && (
          <Button
            kind="primary"
            onClick={() => {
              void clipboard.writeText(props.value).then(() => setCopied(true));
            }}
          >
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
        <Button onClick={props.onDone}>I have it, put it away</Button>
      </div>
    </section>
  );
}
