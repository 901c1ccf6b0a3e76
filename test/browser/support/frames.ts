import type { BrowserContext, Page } from 'playwright-core';

/** What one painted frame showed. */
export interface Frame {
  /** Names the document: after a reload it is another one. */
  readonly document: string;
  /** Milliseconds since the document's navigation began. */
  readonly at: number;
  /** What `RequireOnboarding` put on the screen: wait, unknown, wizard or app; null for none of them. */
  readonly gate: string | null;
  /** Text of the element `status`, such as `completed`; null when it is not in the document. */
  readonly status: string | null;
  readonly source: string | null;
  readonly subject: string | null;
  readonly text: string;
}

const BINDING = 'footholdFrame';
const DOCUMENT = 'footholdDocument';

/**
 * Writes down every frame of a page that differs from the one before it. The recorder runs in the page, in the
 * `requestAnimationFrame` that follows a change, so it sees what the browser is about to paint; what it saw survives a
 * reload.
 */
export class FrameRecorder {
  private constructor(private readonly recorded: readonly Frame[]) {}

  static async on(target: BrowserContext): Promise<FrameRecorder> {
    const recorded: Frame[] = [];
    await target.exposeBinding(BINDING, (_source, frame: Frame) => void recorded.push(frame));
    await target.addInitScript(recordFrames, BINDING);
    return new FrameRecorder(recorded);
  }

  /** Frames of the document that the page shows now, from its first to the one that is painted now. */
  async of(page: Page): Promise<Frame[]> {
    // A tab behind others is painted once a second.
    await page.bringToFront();
    const current = await page.evaluate(async (name) => {
      for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
      return (window as unknown as Record<string, string>)[name];
    }, DOCUMENT);
    return this.recorded.filter(({ document }) => document === current);
  }
}

/** Runs in the page: what it needs, it has inside. */
function recordFrames(binding: string): void {
  const document = Math.random().toString(36).slice(2);
  const globals = window as unknown as Record<string, unknown>;
  globals['footholdDocument'] = document;
  const textOf = (id: string): string | null =>
    window.document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim() ?? null;
  let last = '';
  const record = (): void => {
    const seen = {
      gate:
        ['wait', 'unknown', 'wizard', 'app'].find((id) => window.document.querySelector(`[data-gate="${id}"]`)) ?? null,
      status: textOf('status'),
      source: textOf('source'),
      subject: textOf('subject'),
      text: window.document.body?.innerText ?? '',
    };
    const painted = JSON.stringify(seen);
    // Before the application's first render there is nothing on the screen to judge.
    if (painted !== last && seen.text !== '') {
      last = painted;
      (globals[binding] as (frame: unknown) => void)({ document, at: performance.now(), ...seen });
    }
  };
  // A frame differs only after the document has changed. To look in every frame would keep a core busy with a few tabs.
  let isAwaited = false;
  new MutationObserver(() => {
    if (isAwaited) return;
    isAwaited = true;
    requestAnimationFrame(() => {
      isAwaited = false;
      record();
    });
  }).observe(window.document, { attributes: true, characterData: true, childList: true, subtree: true });
}
