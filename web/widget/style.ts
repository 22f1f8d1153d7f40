// How the widget looks. A site gives it its own colours with custom properties on `firstline-chat`; every pair of colours
// here keeps a contrast of at least 4.5 to 1, in light and dark.

export const STYLE = `
:host { color-scheme: light dark; }
:host([theme="light"]) { color-scheme: light; }
:host([theme="dark"]) { color-scheme: dark; }
[hidden] { display: none !important; }
* { box-sizing: border-box; margin: 0; }

.root {
  --accent: var(--firstline-accent, light-dark(#0f5e57, #7ad7cb));
  --on-accent: var(--firstline-on-accent, light-dark(#ffffff, #06231f));
  --header: var(--firstline-header, var(--firstline-accent, light-dark(#0f5e57, #17433f)));
  --on-header: var(--firstline-on-header, var(--firstline-on-accent, light-dark(#ffffff, #eef6f5)));
  --surface: var(--firstline-surface, light-dark(#ffffff, #171b1e));
  --raised: var(--firstline-raised, light-dark(#eef2f1, #252b2f));
  --text: var(--firstline-text, light-dark(#1a2224, #eef2f2));
  --muted: var(--firstline-muted, light-dark(#556266, #aab6b9));
  --line: var(--firstline-line, light-dark(#7b888b, #7d898c));
  --bad: var(--firstline-bad, light-dark(#a3231b, #ffb4ab));
  --radius: var(--firstline-radius, 14px);
  position: fixed;
  inset-block-end: var(--firstline-offset, 20px);
  inset-inline-end: var(--firstline-offset, 20px);
  z-index: var(--firstline-z-index, 2147483000);
  font: var(--firstline-font-size, 16px)/1.5 var(--firstline-font, system-ui, sans-serif);
  color: var(--text);
  text-align: start;
}

button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; border: 0; background: none; min-height: 24px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
header :focus-visible { outline-color: var(--on-header); }
svg { width: 24px; height: 24px; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; display: block; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher { position: relative; width: 60px; height: 60px; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); box-shadow: 0 4px 16px rgb(0 0 0 / 0.3); }
.badge { position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-width: 24px; padding: 0 6px;
  border-radius: 12px; background: var(--text); color: var(--surface); font-size: 14px; line-height: 24px;
  font-weight: 600; text-align: center; }

.panel { display: flex; flex-direction: column; width: min(400px, calc(100vw - 40px));
  height: min(640px, calc(100dvh - 40px)); overflow: hidden; background: var(--surface);
  border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 12px 40px rgb(0 0 0 / 0.3);
  animation: rise 0.16s ease-out; }
@keyframes rise { from { opacity: 0; transform: translateY(12px); } }

header { display: grid; grid-template-columns: 1fr auto; gap: 10px; align-items: start; padding: 14px 16px;
  background: var(--header); color: var(--on-header); }
h2 { font-size: 18px; line-height: 1.3; font-weight: 650; }
.who { font-size: 14px; }
.close { width: 40px; height: 40px; margin: -6px; display: grid; place-items: center; border-radius: 50%; }
.human { grid-column: 1 / -1; min-height: 36px; padding: 4px 14px; border-radius: 18px; border: 1px solid currentColor;
  font-weight: 600; }
.human:hover:not([aria-disabled="true"]) { background: var(--on-header); color: var(--header); }
.human[aria-disabled="true"] { border-style: dashed; cursor: default; font-weight: 400; }

.log { flex: 1; min-height: 96px; overflow-y: auto; padding: 16px; overscroll-behavior: contain; }
.log:focus-visible { outline-offset: -3px; }
.notice { font-size: 14px; color: var(--muted); margin-block-end: 14px; }
ol { list-style: none; padding: 0; display: grid; gap: 12px; }
.entry { display: grid; justify-items: start; gap: 2px; max-width: 88%; }
.customer { justify-self: end; justify-items: end; }
.author, .note, .source { font-size: 13px; color: var(--muted); }
.bubble { padding: 9px 13px; border-radius: var(--radius); background: var(--raised); white-space: pre-wrap;
  overflow-wrap: anywhere; border-end-start-radius: 4px; max-width: 100%; }
.customer .bubble { background: var(--accent); color: var(--on-accent); border-end-start-radius: var(--radius);
  border-end-end-radius: 4px; }
.agent .bubble { border-inline-start: 3px solid var(--accent); }
.system { justify-self: center; justify-items: center; text-align: center; }
.system .bubble { background: none; padding: 0 8px; font-size: 14px; color: var(--muted); }
.bubble a { color: inherit; }
.source a { color: var(--accent); display: inline-block; min-height: 24px; }
.dots { color: var(--muted); letter-spacing: 4px; animation: pulse 1.2s ease-in-out infinite; }
@keyframes pulse { 50% { opacity: 0.3; } }

.status { padding: 0 16px; font-size: 14px; color: var(--muted); }
.status:not(:empty) { padding-block: 6px; border-block-start: 1px solid var(--raised); }
.row, .replies { display: flex; flex-wrap: wrap; gap: 8px; }
.replies { padding: 8px 16px; max-height: 132px; overflow-y: auto; }
.reply, .small { padding: 4px 12px; min-height: 36px; border-radius: 18px; border: 1px solid var(--accent);
  color: var(--accent); text-align: start; }
.reply:hover, .small:hover { background: var(--raised); }
.end { padding: 8px 16px; font-size: 14px; display: grid; gap: 6px; justify-items: start;
  border-block-start: 1px solid var(--raised); }

.rating { padding: 8px 16px; display: grid; gap: 8px; overflow-y: auto; flex-shrink: 0; max-height: 45%; }
fieldset { border: 0; padding: 0; min-width: 0; }
legend { padding: 0; font-weight: 600; }
.scores { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; font-size: 14px; margin-block-start: 4px; }
.score { position: relative; }
.score input { position: absolute; inset: 0; opacity: 0; width: 100%; height: 100%; cursor: pointer; }
.score span { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 50%;
  border: 1px solid var(--line); }
.score input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--on-accent);
  font-weight: 700; }
.score input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.primary { min-height: 40px; border-radius: 20px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.primary:disabled { opacity: 0.6; }

.composer { display: grid; grid-template-columns: 1fr auto; gap: 8px; padding: 12px 16px;
  border-block-start: 1px solid var(--raised); }
textarea { width: 100%; padding: 9px 12px; border-radius: var(--radius); border: 1px solid var(--line);
  background: var(--surface); resize: none; field-sizing: content; min-height: 44px; max-height: 132px; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.send { width: 44px; height: 44px; display: grid; place-items: center; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); }
[dir="rtl"] .send svg { transform: scaleX(-1); }
.problem { grid-column: 1 / -1; font-size: 14px; color: var(--bad); }
.problem:empty { display: none; }

@media (max-width: 480px), (max-height: 480px) {
  .panel { position: fixed; inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
  /* Zoomed far in, little height is left: everything scrolls together, but for the ways to a person and out. */
  @media (max-height: 400px) {
    .panel { overflow-y: auto; }
    .log { flex: none; overflow: visible; }
    header { position: sticky; inset-block-start: 0; z-index: 1; padding: 6px 16px; }
    .title { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    .human { grid-column: 1; grid-row: 1; }
    .close { grid-column: 2; margin: -2px; }
  }
}
@media (prefers-reduced-motion: reduce) {
  .panel, .dots { animation: none; }
}
@media (forced-colors: active) {
  .bubble, .launcher, .send, .primary { border: 1px solid; }
  .score input:checked + span { outline: 3px solid; }
}
`;
