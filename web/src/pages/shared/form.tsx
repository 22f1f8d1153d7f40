// Fields of the administration's forms: label, hint and what is wrong belong to the control, also for screen readers.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Common {
  label: string;
  hint?: string | undefined;
  problem?: string | undefined;
}

function Frame(props: Common & { id: string; children: ComponentChildren }) {
  const { id, label, hint, problem } = props;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {props.children}
      {hint && (
        <p id={`${id}-hint`} class="field-hint">
          {hint}
        </p>
      )}
      {problem && (
        <p id={`${id}-problem`} class="field-problem">
          {problem}
        </p>
      )}
    </div>
  );
}

function described(id: string, props: Common) {
  const ids = [props.hint ? `${id}-hint` : '', props.problem ? `${id}-problem` : ''].filter((one) => one !== '');
  return {
    id,
    'aria-invalid': props.problem ? true : undefined,
    'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
  };
}

export function TextField(
  props: Common & {
    value: string;
    onValue: (value: string) => void;
    type?: 'text' | 'url' | 'number' | 'datetime-local' | 'search';
    required?: boolean;
    min?: number;
    max?: number;
    disabled?: boolean;
    placeholder?: string;
  },
) {
  const id = useId();
  return (
    <Frame {...props} id={id}>
      <input
        {...described(id, props)}
        type={props.type ?? 'text'}
        value={props.value}
        required={props.required}
        min={props.min}
        max={props.max}
        disabled={props.disabled}
        placeholder={props.placeholder}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Option {
  value: string;
  label: string;
}

export function SelectField(
  props: Common & { value: string; onValue: (value: string) => void; options: readonly Option[] },
) {
  const id = useId();
  return (
    <Frame {...props} id={id}>
      <select
        {...described(id, props)}
        value={props.value}
        onChange={(event) => props.onValue(event.currentTarget.value)}
      >
        {props.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function Checks(props: {
  label: string;
  hint?: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChosen: (chosen: string[]) => void;
}) {
  const { chosen } = props;
  const toggle = (value: string, on: boolean) => {
    props.onChosen(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  };
  return (
    <fieldset class="checks">
      <legend>{props.label}</legend>
      {props.hint && <p class="field-hint">{props.hint}</p>}
      <div class="checks-list">
        {props.options.map((option) => (
          <label key={option.value}>
            <input
              type="checkbox"
              checked={chosen.includes(option.value)}
              onChange={(event) => toggle(option.value, event.currentTarget.checked)}
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A secret that the engine tells once: shown until it is put away, and copied by one press. */
export function Once(props: { label: string; value: string; note: string; onDone: () => void }) {
  return (
    <section class="once" aria-label={props.label}>
      <h2>{props.label}</h2>
      <p class="once-value">
        <code>{props.value}</code>
      </p>
      <p>{props.note}</p>
      <div class="row">
        <button
          type="button"
          class="button button-primary"
          onClick={() => navigator.clipboard?.writeText(props.value)}
        >
          Copy
        </button>
        <button type="button" class="button" onClick={props.onDone}>
          I have it, put it away
        </button>
      </div>
    </section>
  );
}
