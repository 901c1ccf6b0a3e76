import type { BrowserContext, Page } from 'playwright-core';

/** What one painted frame showed. */
export interface Frame {
  /** Counts the documents of the page: 1 until it is reloaded for the first time. */
  readonly load: number;
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

/**
 * Writes down every frame of a page that differs from the one before it. The recorder runs in the page, in
 * `requestAnimationFrame`, so it sees what the browser is about to paint; what it saw survives a reload.
 */
export class FrameRecorder {
  private constructor(readonly frames: Frame[]) {}

  static async on(target: Page | BrowserContext): Promise<FrameRecorder> {
    const frames: Frame[] = [];
    await target.exposeBinding(BINDING, (_source, frame: Frame) => void frames.push(frame));
    await target.addInitScript(recordFrames, BINDING);
    return new FrameRecorder(frames);
  }

  /** Frames of the newest document. */
  get ofThisLoad(): Frame[] {
    const newest = Math.max(0, ...this.frames.map(({ load }) => load));
    return this.frames.filter(({ load }) => load === newest);
  }

  clear(): void {
    this.frames.length = 0;
  }
}

/** Runs in the page: what it needs, it has inside. */
function recordFrames(binding: string): void {
  const loadKey = 'foothold-test-load';
  let load = 1;
  try {
    load = Number(sessionStorage.getItem(loadKey) ?? 0) + 1;
    sessionStorage.setItem(loadKey, String(load));
  } catch {
    // Site data is blocked: such a page is never reloaded by a test.
  }
  const textOf = (id: string): string | null =>
    document.querySelector(`[data-testid="${id}"]`)?.textContent?.trim() ?? null;
  let last = '';
  const record = (): void => {
    const seen = {
      gate: ['wait', 'unknown', 'wizard', 'app'].find((id) => document.querySelector(`[data-gate="${id}"]`)) ?? null,
      status: textOf('status'),
      source: textOf('source'),
      subject: textOf('subject'),
      text: document.body?.innerText ?? '',
    };
    const painted = JSON.stringify(seen);
    // Before the application's first render there is nothing on the screen to judge.
    if (painted !== last && seen.text !== '') {
      last = painted;
      const report = (window as unknown as Record<string, (frame: unknown) => void>)[binding];
      report?.({ load, at: performance.now(), ...seen });
    }
    requestAnimationFrame(record);
  };
  requestAnimationFrame(record);
}
