// The right pane: the case with its suggested replies, or the knowledge base.
import type { ConversationView, SuggestedReplyView } from '../../api/types';
import { me } from '../../app/session';
import { Button } from '../../parts/basics';
import { CaseCard, CaseHead } from './case_card';
import type { Chat } from './chat';
import { draftOf, focusText, pane, setDraft, side } from './face';
import { isMine } from './items';
import { KnowledgePane } from './knowledge_pane';
import { say } from './words';

export function SidePane({ chat }: { chat: Chat }) {
  const detail = chat.detail.value;
  return (
    <aside class="desk-side" aria-label={say.beside}>
      <div class="side-head">
        <button
          type="button"
          class="icon-button small-only"
          aria-label={say.transcript}
          onClick={() => {
            pane.value = 'chat';
          }}
        >
          ‹
        </button>
        <div class="tabs tabs-bare" role="tablist" aria-label={say.beside}>
          {(['case', 'knowledge'] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              class="tab"
              aria-selected={side.value === name}
              onClick={() => {
                side.value = name;
              }}
            >
              {say[name]}
            </button>
          ))}
        </div>
      </div>
      <div class="side-body">
        {side.value === 'knowledge' ? (
          <KnowledgePane chat={chat} />
        ) : (
          detail && (
            <>
              <CaseHead detail={detail} />
              <Suggestions chat={chat} detail={detail} />
              <CaseCard chat={chat} detail={detail} />
            </>
          )
        )}
      </div>
    </aside>
  );
}

/** Into the text field, to be edited and sent: in the place of another suggestion, beneath what was written. */
export function take(chat: Chat, reply: SuggestedReplyView): void {
  const written = draftOf(chat.id).value.text.trimEnd();
  const replies = chat.suggestions.value?.suggested_replies ?? [];
  const own = written !== '' && !replies.some((one) => one.text.trimEnd() === written);
  const text = own ? `${written}\n${reply.text}` : reply.text;
  setDraft(chat.id, { text, suggestion: reply.id, note: false });
  pane.value = 'chat';
  focusText();
}

/** More than nine have no key. */
const SHOWN = 9;

function Suggestions({ chat, detail }: { chat: Chat; detail: ConversationView }) {
  const replies = chat.suggestions.value?.suggested_replies ?? [];
  const canReply =
    detail.status === 'open' && isMine({ owner: detail.owner, agent: detail.agent ?? null }, me());
  if (detail.status !== 'open' || detail.owner === 'bot' || replies.length === 0) return null;
  return (
    <section class="side-part" aria-label={say.suggestions}>
      <h2 class="side-title">{say.suggestions}</h2>
      <ol class="suggestions">
        {replies.slice(0, SHOWN).map((reply, at) => (
          <li key={reply.id} class="suggestion">
            <p class="suggestion-text">{reply.text}</p>
            <p class="suggestion-foot">
              <span class="dim number">{Math.round(reply.score * 100)} %</span>
              <span class="dim suggestion-source">{sourceOf(reply)}</span>
              {canReply && (
                <Button kind="quiet" keyHint={String(at + 1)} onClick={() => take(chat, reply)}>
                  {say.take}
                </Button>
              )}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

function sourceOf(reply: SuggestedReplyView): string {
  const source = reply.source;
  if (!source) return '';
  if (source.kind === 'article') return source.article;
  if (source.kind === 'canned_response') return source.id;
  return source.kind === 'flow' ? source.reply : say.earlier;
}
