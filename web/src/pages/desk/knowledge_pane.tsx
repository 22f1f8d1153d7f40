// The knowledge base beside the conversation: searched while one types, and taken over with its source.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../../api/client';
import type { HitView } from '../../api/types';
import { me } from '../../app/session';
import { Badge, Button, InlineProblem } from '../../parts/basics';
import type { Chat } from './chat';
import { insertText, pane } from './face';
import { isMine } from './items';
import { say } from './words';

const WAIT_MS = 200;
const SHOWN = 12;
export const SEARCH_ID = 'desk-search';

export function KnowledgePane({ chat }: { chat: Chat }) {
  const text = useSignal('');
  const found = useSignal<{ hits: readonly HitView[]; error?: unknown; of: string }>({ hits: [], of: '' });
  const wanted = text.value.trim();
  useEffect(() => {
    if (wanted === '') {
      found.value = { hits: [], of: '' };
      return undefined;
    }
    const controller = new AbortController();
    const timer = setTimeout(() => {
      get('/v1/search', { query: { q: wanted, limit: SHOWN }, signal: controller.signal }).then(
        ({ data }) => {
          found.value = { hits: data, of: wanted };
        },
        (error: unknown) => {
          if (!controller.signal.aborted) found.value = { hits: [], error, of: wanted };
        },
      );
    }, WAIT_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [wanted, found]);
  const { hits, error, of } = found.value;
  return (
    <section class="side-part" aria-label={say.knowledge}>
      <input
        id={SEARCH_ID}
        type="search"
        aria-label={say.search}
        placeholder={say.search}
        maxLength={500}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <InlineProblem error={error} />
      {of !== '' && !error && hits.length === 0 && <p class="dim">{say.noHits}</p>}
      <ul class="passages">
        {hits.map((hit) => (
          <Hit key={`${hit.article}#${hit.passage}`} hit={hit} chat={chat} />
        ))}
      </ul>
      {wanted === '' && <Near chat={chat} choose={(title) => (text.value = title)} />}
    </section>
  );
}

/** What is near to the case, to begin with. */
function Near({ chat, choose }: { chat: Chat; choose(title: string): void }) {
  const articles = chat.suggestions.value?.articles ?? [];
  if (articles.length === 0) return null;
  return (
    <ul class="near">
      {articles.map((article) => (
        <li key={article.id}>
          <button type="button" class="near-item" onClick={() => choose(article.title)}>
            {article.title}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Hit({ hit, chat }: { hit: HitView; chat: Chat }) {
  const detail = chat.detail.value;
  const mine = detail && isMine({ owner: detail.owner, agent: detail.agent ?? null }, me());
  const internal = hit.audience === 'internal';
  const insert = (text: string) => () => {
    pane.value = 'chat';
    insertText(chat.id, text);
  };
  return (
    <li class="passage">
      <p class="passage-title">
        {hit.title}
        {hit.heading !== '' && hit.heading !== hit.title && <span class="dim"> · {hit.heading}</span>}
      </p>
      {internal && <Badge tone="warn">{say.internal}</Badge>}
      <p class="passage-text">{hit.text}</p>
      {mine && !internal && (
        <p class="passage-acts">
          <Button kind="quiet" onClick={insert(hit.text)}>
            {say.insert}
          </Button>
          <Button kind="quiet" onClick={insert(`${hit.text} (${hit.title})`)}>
            {say.insertCite}
          </Button>
        </p>
      )}
    </li>
  );
}
