// The queue of doubts: what agents say that the bot read wrong. Somebody says what is right, by keyboard; what is done goes
// into the next training.
import { useState } from 'preact/hooks';
import { get, patch } from '../../api/client';
import type { LabelView } from '../../api/types';
import { href } from '../../app/router';
import { may } from '../../app/session';
import { Badge, Button, Empty, InlineProblem, Time } from '../../parts/basics';
import { useDeed } from '../shared/deed';
import { More, PageHead, Shown, Table } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { type Paged, usePaged } from '../shared/paged';
import { percent, spoken } from '../why/said';
import { choices, deed as deedOf } from './choices';

const PAGE = 100;
const LATELY = 4;

type State = 'open' | 'done';

export function LabelsPage() {
  const [state, setState] = useState<State>('open');
  const labels = usePaged((cursor) => get('/v1/labels', { query: { state, cursor, limit: PAGE } }), state);
  return (
    <div class="page">
      <PageHead
        title="Labels"
        lead="Messages that the bot read wrong, as agents say. Give each its right intent; what is done is there to train with."
      >
        <a class="button button-plain" href="/v1/labels/export" download="labels.jsonl">
          Export what is done
        </a>
      </PageHead>
      <div class="cluster">
        <Button pressed={state === 'open'} onClick={() => setState('open')}>
          Open doubts
        </Button>
        <Button pressed={state === 'done'} onClick={() => setState('done')}>
          Done
        </Button>
      </div>
      <Shown value={labels.items} error={labels.error} retry={labels.reload}>
        {(items) =>
          state === 'open' ? <Doubts items={items} labels={labels} /> : <Done items={items} labels={labels} />
        }
      </Shown>
      <More more={labels.more} busy={labels.busy} />
    </div>
  );
}

interface ListProps {
  items: LabelView[];
  labels: Paged<LabelView>;
}

function Doubts({ items, labels }: ListProps) {
  const [at, setAt] = useState(0);
  const [lately, setLately] = useState<string[]>([]);
  const bot = useFresh(() => get('/v1/bot', {}), []);
  const deed = useDeed();
  const place = Math.min(at, items.length - 1);
  const label = items[place];
  if (!label)
    return <Empty title="No doubt is open.">Agents raise one with a key beside any answer of the bot.</Empty>;
  const give = (intent: string) =>
    void deed.run(async () => {
      await patch('/v1/labels/{id}', { path: { id: label.id }, body: { intent, state: 'done' } });
      setLately((before) => [intent, ...before.filter((one) => one !== intent)].slice(0, LATELY));
      labels.change((all) => all.filter((one) => one.id !== label.id));
    });
  const known = bot.state.value.data?.known_intents ?? [];
  return (
    <>
      <section class="card form" aria-label="The doubt in hand">
        <Doubt label={label} place={place} count={items.length} />
        <InlineProblem error={deed.problem ?? bot.state.value.error} />
        {may('supervise') && (
          <Picker
            key={label.id}
            known={known}
            likely={[label.intent, label.predicted, ...lately]}
            busy={deed.busy}
            onGive={give}
            onMove={(by) => setAt(Math.max(0, Math.min(place + by, items.length - 1)))}
          />
        )}
      </section>
      <Waiting items={items} place={place} onPick={setAt} />
    </>
  );
}

function Doubt({ label, place, count }: { label: LabelView; place: number; count: number }) {
  return (
    <>
      <p class="dim small">
        Doubt {place + 1} of {count}, raised by {label.by.name || label.by.id} <Time at={label.at} />.{' '}
        <a href={href('why', label.conversation_id)}>Why did it answer so?</a>
      </p>
      <blockquote class="said">{label.text}</blockquote>
      <p>
        The bot took it for <strong>{label.predicted ? spoken(label.predicted) : 'nothing'}</strong>
        {label.confidence != null && <> ({percent(label.confidence)} sure)</>}.
        {label.verdict === 'right' && ' The agent says that this was right.'}
        {label.comment !== '' && <> The agent’s comment: “{label.comment}”</>}
      </p>
    </>
  );
}

interface PickerProps {
  known: readonly string[];
  likely: readonly (string | null | undefined)[];
  busy: boolean;
  onGive: (intent: string) => void;
  onMove: (by: 1 | -1) => void;
}

/** A field that narrows the list below it. Every deed has a key, so that the hands stay where they are. */
function Picker({ known, likely, busy, onGive, onMove }: PickerProps) {
  const [typed, setTyped] = useState('');
  const [marked, setMarked] = useState(0);
  const likeliest = likely.filter((intent) => intent != null);
  const offered = choices([...new Set([...known, ...likeliest])], likeliest, typed);
  const onKeyDown = (event: KeyboardEvent) => {
    const deed = deedOf(event.key, typed, offered, marked);
    if (!deed || busy) return;
    event.preventDefault();
    if (deed.do === 'give') onGive(deed.intent);
    if (deed.do === 'mark') setMarked(deed.at);
    if (deed.do === 'move') onMove(deed.by);
    if (deed.do === 'clear') setTyped('');
  };
  return (
    <div class="picker">
      <label for="picker-field">What is it really?</label>
      <input
        id="picker-field"
        role="combobox"
        aria-expanded="true"
        aria-controls="picker-list"
        aria-activedescendant={offered[marked] ? `picker-${marked}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellcheck={false}
        // The page is for this field: whoever opens it begins to type.
        ref={focusOnce}
        value={typed}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setMarked(0);
        }}
        onKeyDown={onKeyDown}
      />
      <p class="dim small">
        Type to narrow, <kbd class="key">↑</kbd> <kbd class="key">↓</kbd> to mark,{' '}
        <kbd class="key">Enter</kbd> or a digit to give it, <kbd class="key">Page ↑</kbd>{' '}
        <kbd class="key">Page ↓</kbd> for another doubt.
      </p>
      <div id="picker-list" class="picker-list" role="listbox" aria-label="Intents">
        {offered.map((choice, at) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are those of the field that controls it
          <div
            key={choice.intent}
            id={`picker-${at}`}
            class="picker-option"
            role="option"
            tabIndex={-1}
            aria-selected={at === marked}
            onClick={() => !busy && onGive(choice.intent)}
          >
            {choice.digit > 0 && (
              <kbd class="key" aria-hidden="true">
                {choice.digit}
              </kbd>
            )}
            {spoken(choice.intent)}
          </div>
        ))}
        {offered.length === 0 && <p class="dim">No intent has these words.</p>}
      </div>
    </div>
  );
}

function focusOnce(element: HTMLInputElement | null): void {
  if (element && document.activeElement !== element) element.focus();
}

function Waiting(props: { items: LabelView[]; place: number; onPick: (at: number) => void }) {
  return (
    <ol class="doubts" aria-label="Open doubts">
      {props.items.map((label, at) => (
        <li key={label.id}>
          <button
            type="button"
            class="doubt"
            aria-current={at === props.place ? 'true' : undefined}
            onClick={() => props.onPick(at)}
          >
            <span class="doubt-text">{label.text}</span>
            <Badge>{label.predicted ? spoken(label.predicted) : 'nothing'}</Badge>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Done({ items, labels }: ListProps) {
  const deed = useDeed();
  if (items.length === 0) return <Empty title="Nothing is done yet." />;
  const reopen = (label: LabelView) =>
    void deed.run(async () => {
      await patch('/v1/labels/{id}', { path: { id: label.id }, body: { state: 'open' } });
      labels.change((all) => all.filter((one) => one.id !== label.id));
    });
  return (
    <>
      <InlineProblem error={deed.problem} />
      <Table
        label="Labels that are done"
        head={['The customer’s words', 'Read as', 'Really', 'By', 'When', '']}
      >
        {items.map((label) => (
          <tr key={label.id}>
            <td>{label.text}</td>
            <td>{label.predicted ? spoken(label.predicted) : '–'}</td>
            <td>{label.intent ? spoken(label.intent) : '–'}</td>
            <td>{label.by.name || label.by.id}</td>
            <td class="nowrap">
              <Time at={label.at} />
            </td>
            <td>
              <div class="cluster cluster-end">
                {may('supervise') && (
                  <Button kind="quiet" label={`Open again: ${label.text}`} onClick={() => reopen(label)}>
                    Open again
                  </Button>
                )}
              </div>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}
