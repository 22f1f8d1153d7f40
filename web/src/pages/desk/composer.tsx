// Where an agent writes: a reply that is checked before it goes, or a private note; `/` for canned responses.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ConversationView, FindingView, ReplyView } from '../../api/types';
import { may, me } from '../../app/session';
import { Button, InlineProblem } from '../../parts/basics';
import { CannedList, useCanned } from './canned';
import type { Chat } from './chat';
import {
  blocking,
  type Check,
  type Mode,
  modeOf,
  newCheck,
  send,
  tellTyping,
  UNCHECKED,
} from './composer_logic';
import { draftOf, focusText, setDraft, TEXT_ID } from './face';
import { isMine } from './items';
import { replaced, type Slash, slashAt } from './slash';
import { say } from './words';

export function Composer({ chat, detail }: { chat: Chat; detail: ConversationView }) {
  const check = useMemo(newCheck, []);
  const typing = useMemo(() => tellTyping(chat.id), [chat.id]);
  useEffect(() => () => typing.stopped(), [typing]);
  const whisper = useSignal(false);
  const slash = useSignal<Slash | undefined>(undefined);
  const draft = draftOf(chat.id).value;
  const canReply =
    detail.status === 'open' && isMine({ owner: detail.owner, agent: detail.agent ?? null }, me());
  const mode = modeOf(draft, canReply);
  const note = mode === 'note';

  const go = (confirmed: boolean) => {
    typing.stopped();
    slash.value = undefined;
    const behind = chat.messages.value.at(-1)?.seq ?? 0;
    void send({ conversation: chat.id, behind, check, whisper: whisper.value }, confirmed);
    focusText();
  };
  const write = (field: HTMLTextAreaElement) => {
    setDraft(chat.id, { text: field.value, note });
    if (check.value.state !== 'checking') check.value = UNCHECKED;
    slash.value = mode !== 'reply' ? undefined : slashAt(field.value, field.selectionStart);
    if (mode === 'reply') typing.wrote();
  };
  const held = detail.status === 'open' && detail.owner === 'agent';
  const canWhisper = may('supervise') && held && !canReply;
  return (
    <div class={note ? 'composer composer-note' : 'composer'}>
      <div class="composer-head">
        <Modes chat={chat} note={note} canReply={canReply} />
        {note && canWhisper && (
          <label class="composer-whisper">
            <input
              type="checkbox"
              checked={whisper.value}
              onChange={(event) => {
                whisper.value = event.currentTarget.checked;
              }}
            />
            {say.whisper}
          </label>
        )}
        {mode === 'reply' && draft.suggestion && <span class="composer-made dim">{say.taken}</span>}
      </div>
      <Text
        chat={chat}
        note={note}
        slash={slash}
        write={write}
        send={() => {
          if (mode !== 'stranded') go(check.value.state === 'found');
        }}
      />
      <Findings check={check.value} />
      <div class="composer-foot">
        <Hint mode={mode} canReply={canReply} over={detail.status !== 'open'} />
        {mode === 'stranded' ? (
          <Button onClick={() => setDraft(chat.id, { note: true })}>{say.makeNote}</Button>
        ) : (
          <SendButton check={check.value} note={note} empty={draft.text.trim() === ''} send={go} />
        )}
      </div>
    </div>
  );
}

function Hint({ mode, canReply, over }: { mode: Mode; canReply: boolean; over: boolean }) {
  if (mode === 'stranded') {
    return (
      <span class="composer-hint due-warn" role="status">
        {say.stranded}
      </span>
    );
  }
  return <span class="composer-hint dim">{canReply ? '' : over ? say.over : say.readOnly}</span>;
}

function Modes({ chat, note, canReply }: { chat: Chat; note: boolean; canReply: boolean }) {
  const choose = (value: boolean) => () => {
    setDraft(chat.id, { note: value });
    focusText();
  };
  return (
    <fieldset class="segments">
      <legend class="unseen">{say.reply}</legend>
      {canReply && (
        <button type="button" class="segment" aria-pressed={!note} onClick={choose(false)}>
          {say.reply}
        </button>
      )}
      <button type="button" class="segment" aria-pressed={note} onClick={choose(true)}>
        {say.noteTab}
      </button>
    </fieldset>
  );
}

interface TextProps {
  chat: Chat;
  note: boolean;
  slash: Signal<Slash | undefined>;
  write(field: HTMLTextAreaElement): void;
  send(): void;
}

function Text({ chat, note, slash, write, send: go }: TextProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = draftOf(chat.id).value.text;
  const canned = useCanned(chat.id, slash.value?.query);
  // Grows with what is written, up to what the style sheet allows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  const take = (reply: ReplyView) => {
    const at = slash.value;
    slash.value = undefined;
    if (at) setDraft(chat.id, { text: replaced(text, at, reply.text) });
    focusText();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (slash.value && canned.key(event, take)) return;
    if (slash.value && event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      slash.value = undefined;
      return;
    }
    // While a character is composed (Japanese, accents), Enter belongs to the composing.
    if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.isComposing) return;
    event.preventDefault();
    go();
  };
  const hint = note ? say.noteHint : say.replyHint;
  return (
    <div class="composer-text">
      {slash.value && <CannedList canned={canned} take={take} />}
      <textarea
        id={TEXT_ID}
        ref={field}
        rows={2}
        aria-label={hint}
        placeholder={hint}
        value={text}
        maxLength={16_000}
        aria-controls={slash.value && canned.currentId ? canned.id : undefined}
        aria-activedescendant={slash.value ? canned.currentId : undefined}
        onInput={(event) => write(event.currentTarget)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

function SendButton(props: { check: Check; note: boolean; empty: boolean; send(confirmed: boolean): void }) {
  const { check } = props;
  if (!props.note && check.state === 'found' && blocking(check).length === 0) {
    return (
      <Button kind="primary" onClick={() => props.send(true)}>
        {say.sendAnyway}
      </Button>
    );
  }
  const blocked = check.state === 'found' && !props.note;
  return (
    <Button
      kind="primary"
      busy={check.state === 'checking'}
      disabled={props.empty || blocked}
      onClick={() => props.send(false)}
    >
      {props.note ? say.saveNote : say.send}
    </Button>
  );
}

function Findings({ check }: { check: Check }) {
  if (check.state === 'wrong') return <InlineProblem error={check.error} />;
  if (check.state !== 'found') return null;
  const blocked = blocking(check).length > 0;
  return (
    <div class={blocked ? 'findings findings-block' : 'findings'} role="alert">
      <p>{blocked ? say.mend : say.confirm}</p>
      <ul>
        {check.findings.map((finding) => (
          <li key={`${finding.rule}-${finding.start}`}>
            <button type="button" class="finding" onClick={() => select(finding, check.text)}>
              {finding.end > finding.start && <q>{check.text.slice(finding.start, finding.end)}</q>}{' '}
              {finding.message}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Shows the place in the text. The checked text was trimmed, the written one may begin with a blank. */
function select(finding: FindingView, checked: string): void {
  const field = document.getElementById(TEXT_ID);
  if (!(field instanceof HTMLTextAreaElement)) return;
  const shift = Math.max(0, field.value.indexOf(checked));
  field.focus();
  field.setSelectionRange(finding.start + shift, finding.end + shift);
}
