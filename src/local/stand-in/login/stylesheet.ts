export const STYLESHEET_PATH = '/u/login.css';

/** Of all pages of the stand-in: one card, in the colours that the person's system prefers. */
export const STYLESHEET = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f8;
  --card: #ffffff;
  --text: #16181d;
  --quiet: #5a6070;
  --line: #dfe2ea;
  --field: #8a90a0;
  --accent: #3b4fd8;
  --accent-deep: #2f40b4;
  --on-accent: #ffffff;
  --tint: #eef0fd;
  --danger: #b3261e;
  --danger-tint: #fdeceb;
  --shadow: 0 1px 2px rgb(20 24 40 / 6%), 0 12px 32px rgb(20 24 40 / 10%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1116;
    --card: #181b22;
    --text: #eceef4;
    --quiet: #a4abbb;
    --line: #2b303b;
    --field: #727a8c;
    --accent: #98a5ff;
    --accent-deep: #b3bdff;
    --on-accent: #11142b;
    --tint: #232845;
    --danger: #ffb4ab;
    --danger-tint: #3a1a18;
    --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 12px 32px rgb(0 0 0 / 40%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  padding: 24px 16px;
  display: grid;
  grid-template-rows: 1fr auto 1fr auto;
  justify-items: center;
  row-gap: 16px;
  background: var(--ground);
  color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  -webkit-text-size-adjust: 100%;
}
.card {
  grid-row: 2;
  width: 100%;
  max-width: 420px;
  padding: 28px 32px;
  border: 1px solid var(--line);
  border-radius: 16px;
  background: var(--card);
  box-shadow: var(--shadow);
}
footer { grid-row: 4; color: var(--quiet); font-size: 13px; text-align: center; }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 600; letter-spacing: -0.01em; }
.mark { width: 24px; height: 24px; border-radius: 7px; background: var(--accent); position: relative; }
.mark::before, .mark::after {
  content: ""; position: absolute; left: 6px; height: 3px; border-radius: 2px; background: var(--on-accent);
}
.mark::before { top: 8px; width: 12px; }
.mark::after { top: 14px; width: 7px; }
h1 { margin: 20px 0 4px; font-size: 24px; line-height: 1.25; letter-spacing: -0.02em; }
.lead { margin: 0 0 20px; color: var(--quiet); overflow-wrap: anywhere; text-wrap: pretty; }
ul { margin: 0; padding: 0; list-style: none; display: grid; gap: 8px; }
button { font: inherit; cursor: pointer; }
.people button {
  display: flex; align-items: center; gap: 12px;
  width: 100%; min-height: 56px; padding: 8px 14px 8px 10px;
  border: 1px solid var(--line); border-radius: 12px;
  background: transparent; color: inherit; text-align: left;
}
.people button:hover { border-color: var(--accent); background: var(--tint); }
.avatar {
  flex: none; display: grid; place-items: center; width: 36px; height: 36px; border-radius: 50%;
  background: var(--tint); color: var(--accent); font-weight: 600;
}
.people button:hover .avatar { background: var(--card); }
.who { flex: 1; min-width: 0; }
.email, .role { display: block; overflow: hidden; text-overflow: ellipsis; }
.email { font-weight: 500; line-height: 1.3; }
.role { color: var(--quiet); font-size: 14px; line-height: 1.3; }
.arrow {
  flex: none; width: 8px; height: 8px; border: solid var(--quiet); border-width: 2px 2px 0 0; transform: rotate(45deg);
}
.divider { display: flex; align-items: center; gap: 12px; margin: 20px 0 16px; color: var(--quiet); font-size: 14px; }
.divider::before, .divider::after { content: ""; flex: 1; height: 1px; background: var(--line); }
label { display: block; margin: 0 0 6px; font-size: 14px; font-weight: 500; }
input {
  width: 100%; min-height: 44px; margin: 0 0 16px; padding: 8px 12px;
  border: 1px solid var(--field); border-radius: 10px;
  background: var(--card); color: inherit; font: inherit;
}
input[aria-invalid] { border-color: var(--danger); }
.primary {
  width: 100%; min-height: 46px; border: 0; border-radius: 10px;
  background: var(--accent); color: var(--on-accent); font-weight: 600;
}
.primary:hover { background: var(--accent-deep); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
input:focus-visible { outline-offset: -1px; border-color: transparent; }
.problem {
  margin: 0 0 16px; padding: 10px 12px; border-radius: 10px;
  background: var(--danger-tint); color: var(--danger); font-size: 15px;
}
.other { margin: 20px 0 0; color: var(--quiet); text-align: center; }
a { color: var(--accent); font-weight: 500; text-underline-offset: 2px; }
@media (max-width: 480px) {
  body { padding: 0 0 16px; grid-template-rows: auto auto 1fr auto; row-gap: 0; background: var(--card); }
  .card { max-width: none; padding: 24px 20px; border: 0; border-radius: 0; box-shadow: none; }
  footer { padding: 0 20px; }
}
@media (forced-colors: active) {
  .mark { background: CanvasText; forced-color-adjust: none; }
}
`;
