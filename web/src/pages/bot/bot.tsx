// The bot's switch: whole, or for single intents; in force for the very next message. It says what it will do before it
// does it.
import { useState } from 'preact/hooks';
import { get, put } from '../../api/client';
import type { BotView } from '../../api/types';
import { may } from '../../app/session';
import { Badge, Button, Time } from '../../parts/basics';
import { actorOf } from '../audit/entries';
import { Confirm, type Question } from '../shared/confirm';
import { TextField } from '../shared/fields';
import { PageHead, Shown } from '../shared/frame';
import { useFresh } from '../shared/fresh';
import { spoken } from '../why/said';
import { effect, type Now, type Setting } from './effect';

const REFRESH_MS = 10_000;

export function BotPage() {
  const bot = useFresh(() => get('/v1/bot', {}), [], { everyMs: REFRESH_MS });
  const { data, error } = bot.state.value;
  return (
    <div class="page">
      <PageHead
        title="The bot"
        lead="Switched off, it answers nobody, and people take over. Single intents can be left to people as well."
      />
      <Shown value={data} error={error} retry={bot.reload}>
        {(view) => <Switches view={view} onChanged={bot.set} />}
      </Shown>
    </div>
  );
}

/** How many are where; a supervisor who cannot learn it is asked all the same. */
async function whereNow(): Promise<Now | undefined> {
  try {
    return (await get('/v1/wall', { tries: 1 })).open;
  } catch {
    return undefined;
  }
}

function Switches({ view, onChanged }: { view: BotView; onChanged: (view: BotView) => void }) {
  const [question, setQuestion] = useState<Question | undefined>(undefined);
  const ask = async (after: Setting, title: string, yes: string) => {
    const now = after.enabled ? undefined : await whereNow();
    setQuestion({
      title,
      says: effect(view, after, now),
      yes,
      danger: !after.enabled || after.intents_off.length > view.intents_off.length,
      work: async () => {
        const body = { enabled: after.enabled, intents_off: [...after.intents_off] };
        onChanged(await put('/v1/bot', { body }));
      },
    });
  };
  const turn = (intent: string, off: boolean) => {
    const others = view.intents_off.filter((one) => one !== intent);
    const after = { enabled: view.enabled, intents_off: off ? [...others, intent] : others };
    const title = off
      ? `Leave “${spoken(intent)}” to people?`
      : `Let the bot answer “${spoken(intent)}” again?`;
    void ask(after, title, off ? 'Leave it to people' : 'Let the bot answer');
  };
  return (
    <>
      <MainSwitch
        view={view}
        onTurn={() => {
          const after = { enabled: !view.enabled, intents_off: view.intents_off };
          const title = view.enabled ? 'Switch the bot off?' : 'Switch the bot on?';
          void ask(after, title, view.enabled ? 'Switch it off now' : 'Switch it on');
        }}
      />
      <Intents view={view} onTurn={may('supervise') ? turn : undefined} />
      {question && <Confirm question={question} onClose={() => setQuestion(undefined)} />}
    </>
  );
}

function MainSwitch({ view, onTurn }: { view: BotView; onTurn: () => void }) {
  const by = view.changed_by && actorOf(view.changed_by);
  return (
    <section class={view.enabled ? 'card switch' : 'card switch switch-off'} aria-label="The whole bot">
      <div>
        <p class="switch-state" role="status">
          {view.enabled ? 'The bot is on.' : 'The bot is off. Whatever it would have said goes to people.'}
        </p>
        {view.changed_at && by && (
          <p class="dim small">
            Changed <Time at={view.changed_at} /> by {by.name} {by.kind && `(${by.kind})`}
          </p>
        )}
      </div>
      {may('supervise') && (
        <Button kind={view.enabled ? 'danger' : 'primary'} onClick={onTurn}>
          {view.enabled ? 'Switch the bot off' : 'Switch the bot on'}
        </Button>
      )}
    </section>
  );
}

function Intents(props: { view: BotView; onTurn: ((intent: string, off: boolean) => void) | undefined }) {
  const { view, onTurn } = props;
  const [typed, setTyped] = useState('');
  const wanted = typed.trim().toLowerCase();
  const shown = view.known_intents.filter(
    (intent) => spoken(intent).includes(wanted) || intent.includes(wanted),
  );
  const isOff = (intent: string) => view.intents_off.includes(intent);
  return (
    <section class="card form" aria-label="Single intents">
      <div class="page-head">
        <h2>Single intents</h2>
        <Badge tone={view.intents_off.length > 0 ? 'warn' : 'plain'}>
          {view.intents_off.length} left to people
        </Badge>
      </div>
      <TextField label="Find an intent" type="search" value={typed} onValue={setTyped} />
      <ul class="intents">
        {shown.map((intent) => (
          <li key={intent} class={isOff(intent) ? 'intent intent-off' : 'intent'}>
            <span>{spoken(intent)}</span>
            {isOff(intent) && <Badge tone="warn">to people</Badge>}
            {onTurn && (
              <Button
                kind="quiet"
                label={`${isOff(intent) ? 'Switch on' : 'Switch off'}: ${spoken(intent)}`}
                onClick={() => onTurn(intent, !isOff(intent))}
              >
                {isOff(intent) ? 'Switch on' : 'Switch off'}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
